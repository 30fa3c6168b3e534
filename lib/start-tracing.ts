import type { Logger } from 'pino'
import { setTracing } from './trace.ts'

export type TracedService = {
  /** Such as `api`. */
  readonly name: string
  readonly version: string
  readonly instance: string
  readonly log: Logger
}

/** How long the end of a service waits for the last spans to be sent, in milliseconds. */
const flushDeadline = 2_000

/**
 * Whether the environment asks for traces. OpenTelemetry's own default would be to send them to this machine; here
 * they are off until an exporter or an address is named.
 * https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
 */
export function tracesAreOn(environment: Readonly<Record<string, string | undefined>>): boolean {
  if (environment.OTEL_SDK_DISABLED?.trim().toLowerCase() === 'true') return false
  const exporter = environment.OTEL_TRACES_EXPORTER?.trim()
  if (exporter) return exporter !== 'none'
  return ['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'].some(name => environment[name])
}

/**
 * Sends traces as the standard variables say (exporter, address, headers, sampler, propagators, resource), or does
 * nothing. A collector that does not answer costs a bounded queue and a line in the log, and holds up no work.
 */
export async function startTracing(service: TracedService): Promise<AsyncDisposable> {
  const nothing = { async [Symbol.asyncDispose]() {} }
  if (!tracesAreOn(process.env)) return nothing
  const [api, { NodeSDK }, { defaultResource, resourceFromAttributes }] = await Promise.all([
    import('@opentelemetry/api'),
    import('@opentelemetry/sdk-node'),
    import('@opentelemetry/resources'),
  ])
  const { name, version, instance, log } = service
  const say =
    (level: 'error' | 'warn') =>
    (message: string, ...more: unknown[]) =>
      log[level]({ more: more.length === 0 ? undefined : more }, `traces: ${message}`)
  const silent = () => undefined
  api.diag.setLogger(
    { error: say('error'), warn: say('warn'), info: silent, debug: silent, verbose: silent },
    { logLevel: api.DiagLogLevel.WARN },
  )
  // Of the environment's own resource attributes, those win.
  const resource = resourceFromAttributes({
    'service.name': `debug-server-${name}`,
    'service.namespace': 'debug-server',
    'service.version': version,
    'service.instance.id': instance,
  })
  const sdk = new NodeSDK({
    resource: defaultResource().merge(resource),
    metricReaders: [], // figures are asked for at /metrics
    logRecordProcessors: [],
  })
  sdk.start()
  setTracing({ api, tracer: api.trace.getTracer('debug-server', version) })
  log.info('traces are on')
  return {
    async [Symbol.asyncDispose]() {
      setTracing(undefined)
      await Promise.race([
        sdk.shutdown().catch((error: unknown) => log.warn({ err: error }, 'the last traces were not sent')),
        new Promise(resolve => setTimeout(resolve, flushDeadline).unref()),
      ])
    },
  }
}
