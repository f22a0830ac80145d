# syntax=docker/dockerfile:1
# The image of every role. `docker build .` makes the CPU variant, `docker build --target gpu .` the one on CUDA's base.

ARG NODE_VERSION=20.20.2

# Dependencies as they run: no development packages; the Kafka client is compiled, which needs the full image.
FROM node:${NODE_VERSION}-bookworm AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund \
  && npm run --prefix node_modules/node-rdkafka install \
  && rm -rf node_modules/node-rdkafka/deps node_modules/node-rdkafka/build/Release/obj.target node_modules/node-rdkafka/build/deps/include

# The compiled service and the page.
FROM node:${NODE_VERSION}-bookworm AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
RUN npm run --silent build

# What both variants hold.
FROM scratch AS content
COPY --from=dependencies /app/node_modules /app/node_modules
COPY --from=build /app/dist /app/dist
COPY --from=build /app/models/artifacts /app/models/artifacts
COPY --from=build /app/config /app/config
COPY --from=build /app/package.json /app/LICENSE /app/NOTICE /app/

# GPU: CUDA and cuDNN of the host's driver, with the same Node. Models that use them run on the CPU otherwise.
FROM nvidia/cuda:12.6.3-cudnn-runtime-ubuntu24.04 AS gpu
ARG NODE_VERSION
COPY --from=dependencies /usr/local/bin/node /usr/local/bin/node
# What the compiled Kafka client links (ldd; test/integration/packaging.test.ts compares).
RUN apt-get update \
  && apt-get install --yes --no-install-recommends libssl3t64 libstdc++6 zlib1g \
  && rm -rf /var/lib/apt/lists/*
RUN groupadd --system --gid 10001 bellwether \
  && useradd --system --uid 10001 --gid 10001 --home-dir /data --no-create-home bellwether \
  && install -d -o bellwether -g bellwether -m 0700 /data /data/live /data/live/models
COPY --from=content / /
ENV NODE_ENV=production UV_THREADPOOL_SIZE=16
WORKDIR /app
# An image that cannot load its native parts is no image.
RUN node -e "require('node-rdkafka'); require('chdb'); require('lmdb')"
USER 10001:10001
VOLUME /data
EXPOSE 8420 8421
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
  CMD ["node", "dist/pipeline/probe.cjs"]
ENTRYPOINT ["node", "dist/pipeline/bin.cjs"]
CMD ["start", "--sources", "none", "--data", "/data"]

# CPU, the default.
FROM node:${NODE_VERSION}-bookworm-slim AS cpu
# What the compiled Kafka client links.
RUN apt-get update \
  && apt-get install --yes --no-install-recommends libssl3 libstdc++6 zlib1g \
  && rm -rf /var/lib/apt/lists/*
RUN groupadd --system --gid 10001 bellwether \
  && useradd --system --uid 10001 --gid 10001 --home-dir /data --no-create-home bellwether \
  && install -d -o bellwether -g bellwether -m 0700 /data /data/live /data/live/models
COPY --from=content / /
ENV NODE_ENV=production UV_THREADPOOL_SIZE=16
WORKDIR /app
# An image that cannot load its native parts is no image.
RUN node -e "require('node-rdkafka'); require('chdb'); require('lmdb')"
USER 10001:10001
VOLUME /data
EXPOSE 8420 8421
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
  CMD ["node", "dist/pipeline/probe.cjs"]
ENTRYPOINT ["node", "dist/pipeline/bin.cjs"]
CMD ["start", "--sources", "none", "--data", "/data"]
