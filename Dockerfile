# The image for `deploy/`: one static program, certificates of public authorities, and a user without rights.
#
#   docker build -t registry.example.com/ptd-lint:0.1.0 .

FROM rust:1-alpine AS build
# `ring` is built from C and assembler.
RUN apk add --no-cache musl-dev gcc make perl
WORKDIR /src
COPY . .
# Alpine's own target is musl: the program needs no library of the image that it runs in.
RUN cargo build --release --locked && cp target/release/ptd-lint /ptd-lint

# Certificates for API servers that a public authority signed; no shell, no package manager.
FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=build /ptd-lint /usr/local/bin/ptd-lint
USER 65532:65532
ENTRYPOINT ["/usr/local/bin/ptd-lint"]
CMD ["--help"]
