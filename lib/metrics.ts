import { AggregatorRegistry, Counter, Gauge, Histogram, Registry } from 'prom-client'
import { z } from 'zod'

/**
 * The figures of one service, in a registry of its own, each with the label `service`. Names and units follow
 * https://prometheus.io/docs/practices/naming/.
 */
export class ServiceMetrics {
  readonly #registry = new Registry()

  constructor(service: string) {
    this.#registry.setDefaultLabels({ service })
    this.gauge('process_resident_memory_bytes', 'Resident memory.', [], gauge =>
      gauge.set(process.memoryUsage.rss()),
    )
    this.gauge('process_start_time_seconds', 'Start of the process, since the epoch.', [], gauge =>
      gauge.set(performance.timeOrigin / 1_000),
    )
    let told = 0
    const cpu = this.counter('process_cpu_seconds_total', 'CPU time, user and system.', [], counter => {
      const { user, system } = process.cpuUsage()
      counter.inc((user + system) / 1e6 - told)
      told = (user + system) / 1e6
    })
    cpu.inc(0)
  }

  /** `collect`: works the figure out each time it is asked for. */
  counter<Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[],
    collect?: (counter: Counter<Label>) => void | Promise<void>,
  ): Counter<Label> {
    return new Counter({ ...this.#common(name, help, labelNames), ...collecting(collect) })
  }

  gauge<Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[],
    collect?: (gauge: Gauge<Label>) => void | Promise<void>,
  ): Gauge<Label> {
    return new Gauge({ ...this.#common(name, help, labelNames), ...collecting(collect) })
  }

  /** Of seconds. */
  histogram<Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[],
    buckets: readonly number[],
  ): Histogram<Label> {
    return new Histogram({ ...this.#common(name, help, labelNames), buckets: [...buckets] })
  }

  /** All figures as data, for whoever tells those of several services together. */
  async families(): Promise<Families> {
    return familiesSchema.parse(await this.#registry.getMetricsAsJSON())
  }

  #common<Label extends string>(name: string, help: string, labelNames: readonly Label[]) {
    return { name, help, labelNames, registers: [this.#registry] }
  }
}

function collecting<Metric>(collect: ((metric: Metric) => void | Promise<void>) | undefined) {
  if (collect === undefined) return {}
  return {
    collect(this: Metric) {
      return collect(this)
    },
  }
}

/** Metrics with all of their values, as prom-client tells them of a registry, here or in another process. */
export const familiesSchema = z.array(
  z.looseObject({
    name: z.string(),
    help: z.string(),
    type: z.enum(['counter', 'gauge', 'histogram', 'summary']),
    aggregator: z.enum(['omit', 'sum', 'first', 'min', 'max', 'average']),
    values: z.array(
      z.looseObject({
        value: z.number(),
        metricName: z.string().optional(),
        labels: z.record(z.string(), z.union([z.string(), z.number()])),
      }),
    ),
  }),
)
export type Families = z.infer<typeof familiesSchema>

/** The media type of the text form (Prometheus text exposition format 0.0.4). */
export const metricsType = 'text/plain; version=0.0.4; charset=utf-8'

/** What several services tell, as one text in which each family stands once. */
export const metricsText = (services: readonly Families[]): Promise<string> =>
  AggregatorRegistry.aggregate([...services]).metrics()

/** From a request that is answered at once to one that is held for a minute. */
export const requestBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]

/** From a command that is over at once to one that takes hours. */
export const workBuckets = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3_600, 14_400]
