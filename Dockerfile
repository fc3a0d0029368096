# syntax=docker/dockerfile:1
# One static program, certificates of public authorities, and a user without rights; `deploy/` runs it.
#
#   docker build -t registry.example.com/ptd-lint:0.1.0 .
#   docker run --rm -v "$PWD:/work:ro" registry.example.com/ptd-lint:0.1.0 manifests/

FROM rust:1.95-alpine AS build
# `ring` is built from C and assembler.
RUN apk add --no-cache musl-dev gcc make perl
WORKDIR /src
COPY . .
# Alpine's own target is musl: the program needs no library of the image that it runs in. What was built stays in a cache,
# so the program is moved out of it.
RUN --mount=type=cache,target=/usr/local/cargo/registry --mount=type=cache,target=/src/target \
    cargo build --release --locked && mv target/release/ptd-lint /ptd-lint

# Certificates for API servers that a public authority signed; no shell, no package manager.
FROM gcr.io/distroless/static-debian12:nonroot
LABEL org.opencontainers.image.title="ptd-lint" \
      org.opencontainers.image.description="Checks that a Posit Team Dedicated monitoring stack keeps its promises" \
      org.opencontainers.image.licenses="MIT OR Apache-2.0" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.base.name="gcr.io/distroless/static-debian12:nonroot"
COPY --from=build /ptd-lint /usr/local/bin/ptd-lint
COPY LICENSE LICENSE-APACHE LICENSE-MIT /licenses/
# Where inputs are mounted.
WORKDIR /work
USER 65532:65532
# It runs and ends; nothing stays up that could be asked.
HEALTHCHECK NONE
ENTRYPOINT ["/usr/local/bin/ptd-lint"]
CMD ["--help"]
