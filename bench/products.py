"""Turns chance into manifests of products that run beside a monitoring stack: what most files of a workload are about."""

PRODUCTS = ["connect", "workbench", "package-manager", "chronicle", "flightdeck", "session-gateway", "keycloak", "proxy"]
NAMESPACE = "posit-team"


def manifests(chance, count):
    """`count` manifests, each with the name of its file."""
    made = 0
    number = 0
    while made < count:
        product = f"{PRODUCTS[number % len(PRODUCTS)]}-{number // len(PRODUCTS)}"
        for kind, text in product_manifests(product, chance):
            if made == count:
                return
            yield f"{product}-{kind}.yaml", text
            made += 1
        number += 1


def product_manifests(name, chance):
    """The manifests of one product; what others refer to comes first."""
    port = chance.randrange(3000, 9000)
    replicas = chance.randrange(2, 6)
    version = f"{chance.randrange(2024, 2027)}.{chance.randrange(1, 13):02}.{chance.randrange(4)}"
    metadata = f"""metadata:
  name: {name}
  namespace: {NAMESPACE}
  labels:
    app.kubernetes.io/name: {name}
    app.kubernetes.io/instance: main
    app.kubernetes.io/version: "{version}"
    app.kubernetes.io/managed-by: team-operator
"""
    yield "config", f"apiVersion: v1\nkind: ConfigMap\n{metadata}data:\n{indented('product.gcfg: |', 2)}{indented(settings(name, port, chance), 4)}"
    yield "deployment", f"apiVersion: apps/v1\nkind: Deployment\n{metadata}{deployment(name, port, replicas, version)}"
    yield "service", f"""apiVersion: v1
kind: Service
{metadata}spec:
  type: ClusterIP
  selector:
    app.kubernetes.io/name: {name}
  ports:
    - name: http
      port: 80
      targetPort: http
    - name: metrics
      port: 9108
      targetPort: metrics
"""
    yield "account", f"apiVersion: v1\nkind: ServiceAccount\n{metadata}automountServiceAccountToken: false\n"
    yield "disruption", f"""apiVersion: policy/v1
kind: PodDisruptionBudget
{metadata}spec:
  maxUnavailable: 1
  selector:
    matchLabels:
      app.kubernetes.io/name: {name}
"""
    yield "ingress", f"""apiVersion: networking.k8s.io/v1
kind: Ingress
{metadata}spec:
  ingressClassName: traefik
  rules:
    - host: {name}.products.example.com
      http:
        paths:
          - path: /
            pathType: Prefix
            backend:
              service:
                name: {name}
                port:
                  name: http
  tls:
    - hosts: ["{name}.products.example.com"]
"""
    yield "scaler", f"""apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
{metadata}spec:
  minReplicas: {replicas}
  maxReplicas: {replicas * 4}
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: {name}
  metrics:
    - type: Resource
      resource:
        name: cpu
        target:
          type: Utilization
          averageUtilization: 70
"""


def settings(name, port, chance):
    """A configuration file of a product, in the form that git has made common."""
    lines = [f"; {name}", "[Server]", f"Address = https://{name}.products.example.com", "DataDir = /mnt/data", ""]
    lines += ["[HTTP]", f"Listen = :{port}", "NoWarning = true", "", "[Metrics]", "PrometheusListen = :9108", ""]
    for queue in range(chance.randrange(3, 9)):
        lines += [f'[Queue "{queue}"]', f"Workers = {chance.randrange(1, 16)}", f"Timeout = {chance.randrange(10, 600)}s", ""]
    return "\n".join(lines)


def deployment(name, port, replicas, version):
    """The spec of a Deployment, some 60 lines."""
    return f"""spec:
  replicas: {replicas}
  selector:
    matchLabels:
      app.kubernetes.io/name: {name}
  template:
    metadata:
      labels:
        app.kubernetes.io/name: {name}
        posit.team/site: main
      annotations:
        prometheus.io/scrape: "true"
        prometheus.io/port: "9108"
    spec:
      serviceAccountName: {name}
      automountServiceAccountToken: false
      securityContext:
        runAsNonRoot: true
        runAsUser: 999
        seccompProfile:
          type: RuntimeDefault
      containers:
        - name: main
          image: "registry.example.com/posit/{name.rsplit("-", 1)[0]}:{version}"
          args: ["--config", "/etc/product/product.gcfg"]
          env:
            - name: SITE
              value: main
            - name: POD_IP
              valueFrom:
                fieldRef:
                  fieldPath: status.podIP
          ports:
            - name: http
              containerPort: {port}
            - name: metrics
              containerPort: 9108
          readinessProbe:
            httpGet:
              path: /__ping__
              port: http
            periodSeconds: 10
          livenessProbe:
            httpGet:
              path: /__ping__
              port: http
            initialDelaySeconds: 30
          resources:
            requests:
              cpu: 500m
              memory: 1Gi
            limits:
              memory: 4Gi
          securityContext:
            allowPrivilegeEscalation: false
            capabilities:
              drop: ["ALL"]
          volumeMounts:
            - name: config
              mountPath: /etc/product
              readOnly: true
            - name: data
              mountPath: /mnt/data
      volumes:
        - name: config
          configMap:
            name: {name}
        - name: data
          emptyDir: {{}}
"""


def indented(text, by):
    """The lines of a text, each pushed to the right by `by` blanks, empty ones left empty."""
    return "".join(f"{' ' * by}{line}\n" if line else "\n" for line in text.rstrip("\n").split("\n"))
