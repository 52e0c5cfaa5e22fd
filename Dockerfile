# syntax=docker/dockerfile:1
# The static command, certificates, and nothing else: no shell, no root.
#
#   docker build -t arazzo .
#   docker run --rm -v "$PWD:/work:ro" arazzo validate .

FROM rust:1-alpine AS base
# C code of dependencies is compiled here.
RUN apk add --no-cache build-base
WORKDIR /arazzo

# What says which dependencies there are: the manifests, and nothing in the files that they name.
FROM base AS manifests
COPY . .
RUN find . -type f ! -name Cargo.toml ! -name Cargo.lock ! -path './.cargo/*' ! -name '*.rs' -delete \
    && find . -name '*.rs' \
        ! -path './crates/*/src/lib.rs' ! -path './crates/*/src/main.rs' \
        ! -path './crates/*/tests/*.rs' ! -path './benches/*' -delete \
    && find . -name '*.rs' -exec truncate -s 0 {} + \
    && echo 'fn main() {}' > crates/arazzo/src/main.rs

# This layer stays as it is until the manifests change.
FROM base AS build
COPY --from=manifests /arazzo .
RUN cargo build --release --locked --package arazzo
COPY . .
# What is newer than the layer above is compiled again.
RUN find crates -name '*.rs' -exec touch {} + \
    && cargo build --release --locked --package arazzo

FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=build /arazzo/target/release/arazzo /usr/local/bin/arazzo
WORKDIR /work
ENTRYPOINT ["/usr/local/bin/arazzo"]
CMD ["--help"]
