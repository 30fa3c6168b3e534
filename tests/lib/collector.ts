import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { z } from 'zod'

const value = z.union([
  z.object({ stringValue: z.string() }).transform(found => found.stringValue),
  z.object({ intValue: z.union([z.number(), z.string()]) }).transform(found => Number(found.intValue)),
  z.object({ boolValue: z.boolean() }).transform(found => found.boolValue),
  z.unknown().transform(() => undefined),
])
const attributes = z
  .array(z.object({ key: z.string(), value }))
  .default([])
  .transform(pairs => Object.fromEntries(pairs.map(pair => [pair.key, pair.value])))
const spanSchema = z.object({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().optional(),
  name: z.string(),
  kind: z.number(),
  attributes,
  status: z.object({ code: z.number().optional() }).optional(),
})
const requestSchema = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes }),
      scopeSpans: z.array(z.object({ spans: z.array(spanSchema) })),
    }),
  ),
})

export type ToldSpan = z.output<typeof spanSchema> & { service: unknown }

/** What receives traces by OTLP over HTTP, as JSON (https://opentelemetry.io/docs/specs/otlp/). */
export async function startCollector(): Promise<
  AsyncDisposable & {
    readonly url: string
    readonly spans: readonly ToldSpan[]
    readonly raw: readonly string[]
  }
> {
  const spans: ToldSpan[] = []
  const raw: string[] = []
  const server = createServer(async (request, response) => {
    const body = await text(request)
    raw.push(body)
    for (const { resource, scopeSpans } of requestSchema.parse(JSON.parse(body)).resourceSpans)
      for (const span of scopeSpans.flatMap(scope => scope.spans))
        spans.push({ ...span, service: resource.attributes['service.name'] })
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    spans,
    raw,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}
