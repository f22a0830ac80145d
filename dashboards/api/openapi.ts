import type { FastifyInstance, FastifySchema } from 'fastify';

interface ObjectSchema {
  readonly properties: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly required: readonly string[];
}

/** Those that ask; a HEAD is served beside each GET and says no more. */
const METHODS = new Map([
  ['GET', 'get'],
  ['POST', 'post'],
]);

/**
 * Collects every `/api/v1` route with a schema as it is registered and serves them as OpenAPI 3.1 at
 * `/api/openapi.json`; call it before the routes are added.
 */
export function addOpenApi(app: FastifyInstance, version: string): void {
  const paths: Record<string, unknown> = {};
  app.addHook('onRoute', (route) => {
    const method = METHODS.get(String(route.method));
    if (!route.url.startsWith('/api/v1/') || method === undefined) return;
    const path = route.url.replace(/:([a-z]+)/gi, '{$1}');
    const { body } = route.schema ?? {};
    paths[path] = {
      [method]: {
        parameters: toParameters(route.schema ?? {}),
        ...(body === undefined
          ? {}
          : { requestBody: { required: true, content: { 'application/json': { schema: body } } } }),
        responses: describeResponses(path),
      },
    };
  });
  app.get('/api/openapi.json', () => ({
    openapi: '3.1.0',
    info: {
      title: 'Bellwether',
      version,
      description: 'Sentiment series, documents and alerts; all times are UTC.',
    },
    paths,
  }));
}

function toParameters(schema: FastifySchema) {
  return [...listed(schema.params, 'path'), ...listed(schema.querystring, 'query')];
}

function listed(schema: unknown, place: 'path' | 'query') {
  if (schema === undefined) return [];
  const { properties, required } = schema as ObjectSchema;
  return Object.entries(properties).map(([name, { description, ...type }]) => ({
    name,
    in: place,
    required: required.includes(name),
    ...(description === undefined ? {} : { description }),
    schema: type,
  }));
}

function describeResponses(path: string) {
  const type = path.endsWith('/stream')
    ? 'text/event-stream'
    : path.endsWith('/html')
      ? 'text/html'
      : 'application/json';
  return {
    '200': { description: 'The answer', content: { [type]: {} } },
    default: { description: 'A problem (RFC 9457)', content: { 'application/problem+json': {} } },
  };
}
