/**
 * How many requests a second the API answers on 50 connections: a session that is read, and a command that is queued, which
 * nobody runs. The peer is a bare Fastify server whose routes answer with the same JSON and do nothing for it; of the command
 * there is a second one, which writes what has to be written and does nothing else. They are asked in turn by this process, so
 * that what asking costs is in all.
 *
 *     node tests/bench/api-requests.ts
 */
import { Pool } from 'undici'
import { atLeast, ratioUpTo } from './goal.ts'
import { startPeer } from './peers/start-peer.ts'
import type { Address } from './peers/told.ts'
import { printIfMain } from './print-if-main.ts'
import { median, percentile, type Row } from './row.ts'

export type RequestsOptions = { connections?: number; seconds?: number; rounds?: number }

type Request = { method: 'GET' | 'POST'; path: string; body: string | null }

const read: Request = { method: 'GET', path: '', body: null }
const write: Request = { method: 'POST', path: '/commands', body: JSON.stringify({ command: ['true'] }) }

export async function bench({
  connections = 50,
  seconds = 3,
  rounds = 3,
}: RequestsOptions = {}): Promise<Row[]> {
  await using api = await startPeer('asked-api')
  await using ours = new Asker(api.address, connections)
  const answers = { session: await ours.answer(read), command: await ours.answer(write) }
  await using bare = await startPeer('bare-fastify', JSON.stringify(answers))
  await using peer = new Asker(bare.address, connections)
  await using prepared = await startPeer('prepared-fastify', JSON.stringify(answers))
  await using limit = new Asker(prepared.address, connections)

  const compare = async (name: string, request: Request, { asker, beside, goal }: Beside): Promise<Row[]> => {
    const sides = [
      { asker: ours, rates: [] as number[], took: [] as number[] },
      { asker, rates: [] as number[], took: [] as number[] },
    ] as const
    for (let round = -1; round < rounds; round++)
      for (const { asker, rates, took } of sides) {
        const answered = await asker.ask(request, round < 0 ? 1 : seconds)
        if (round < 0) continue // warming up
        rates.push(answered.length / seconds)
        for (const one of answered) took.push(one) // they are too many to be arguments
      }
    const row = (what: string, unit: string, figure: (side: (typeof sides)[number]) => number) => {
      const [a, b] = [figure(sides[0]), figure(sides[1])]
      const about = { name: `${name}, ${connections} connections${what}`, beside }
      return { ...about, ours: a, peer: b, ratio: a / b, unit }
    }
    const rate = row('', '1/s', side => median(side.rates))
    const slowest = row(', 99th percentile', 'ms', side => percentile(side.took, 0.99))
    if (goal === undefined) return [rate, slowest].map(row => ({ ...row, goal: '–' }))
    const [least, most] = [atLeast(goal), ratioUpTo(5)]
    return [
      { ...rate, goal: least.text, met: least.isMet(rate) },
      { ...slowest, goal: most.text, met: most.isMet(slowest) },
    ]
  }
  return [
    ...(await compare('a session is read', read, { asker: peer, beside: 'a bare Fastify route', goal: 0.5 })),
    ...(await compare('a command is queued', write, {
      asker: peer,
      beside: 'a bare Fastify route',
      goal: 0.3,
    })),
    ...(await compare('a command is queued', write, {
      asker: limit,
      beside: 'prepared statements behind one',
    })),
  ]
}

/** Without a goal: told for itself. */
type Beside = { readonly asker: Asker; readonly beside: string; readonly goal?: number }

/** Asks one server, on so many connections, each for the next thing once it has been answered. */
class Asker implements AsyncDisposable {
  readonly #pool: Pool
  readonly #path: string
  readonly #headers: Readonly<Record<string, string>>
  readonly #connections: number

  constructor({ url, headers }: Address, connections: number) {
    const { origin, pathname } = new URL(url)
    this.#pool = new Pool(origin, { connections, pipelining: 1 })
    this.#path = pathname
    this.#headers = headers
    this.#connections = connections
  }

  async answer(request: Request): Promise<unknown> {
    const { statusCode, body } = await this.#send(request)
    const text = await body.text()
    if (statusCode > 299) throw new Error(`it was answered with ${statusCode}: ${text}`)
    return JSON.parse(text)
  }

  /** How long each answer took, in milliseconds, of those that came within the seconds. */
  async ask(request: Request, seconds: number): Promise<number[]> {
    const took: number[] = []
    const end = performance.now() + seconds * 1_000
    const oneByOne = async () => {
      for (;;) {
        const began = performance.now()
        const { statusCode, body } = await this.#send(request)
        await body.dump()
        if (statusCode > 299) throw new Error(`it was answered with ${statusCode}`)
        const now = performance.now()
        if (now >= end) return
        took.push(now - began)
      }
    }
    await Promise.all(Array.from({ length: this.#connections }, oneByOne))
    return took
  }

  #send({ method, path, body }: Request) {
    const headers = body === null ? this.#headers : { ...this.#headers, 'content-type': 'application/json' }
    return this.#pool.request({ method, path: `${this.#path}${path}`, headers, body })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool.close()
  }
}

await printIfMain(import.meta, bench)
