import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Test } from 'tap'
import { z } from 'zod'
import type { DapPeer } from './dap-peer.ts'

/**
 * What an editor says in one debug session, step by step: a request or the event that it waits for, what is expected of
 * either, and what is kept of it for later requests (`$name`). `sooner`: the next step does not wait for the answer.
 * `asked`: it waits for what it is asked.
 */
const stepSchema = z.strictObject({
  command: z.string().optional(),
  arguments: z.record(z.string(), z.unknown()).optional(),
  event: z.string().optional(),
  asked: z.literal('startDebugging').optional(),
  sooner: z.boolean().optional(),
  expect: z.unknown().optional(),
  keep: z.record(z.string(), z.string()).optional(),
})
const fixtures = resolve(import.meta.dirname, '../../fixtures')

/** Has an editor say what stands in a file, and holds what it hears to what is expected there. Returns what it has kept. */
export async function replay(
  t: Test,
  peer: DapPeer,
  file: string,
  root: string,
  known: ReadonlyMap<string, unknown> = new Map(),
): Promise<ReadonlyMap<string, unknown>> {
  const steps = z.array(stepSchema).parse(JSON.parse(await readFile(resolve(fixtures, file), 'utf8')))
  const kept = new Map<string, unknown>([...known, ['root', root]])
  const heard = new Map<string, number>()
  const soon: Promise<unknown>[] = []
  for (const { command, event, asked, sooner, expect, keep = {}, ...step } of steps) {
    const name = command ?? event ?? asked ?? ''
    const number = (heard.get(name) ?? 0) + 1
    heard.set(name, number)
    const answer =
      command !== undefined
        ? peer.ask(command, z.record(z.string(), z.unknown()).optional().parse(filled(step.arguments, kept)))
        : asked !== undefined
          ? peer.asked(number).then(request => request.arguments)
          : peer.event(name, number)
    if (sooner) soon.push(answer)
    else {
      const body = await answer
      if (expect !== undefined) t.match(body, filled(expect, kept), name)
      for (const [as, path] of Object.entries(keep)) kept.set(as, at(body, path))
    }
  }
  await Promise.all(soon)
  return kept
}

function filled(value: unknown, kept: ReadonlyMap<string, unknown>): unknown {
  if (Array.isArray(value)) return value.map(one => filled(one, kept))
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, filled(one, kept)]))
  if (typeof value !== 'string' || !value.startsWith('$')) return value
  const [, name = '', rest = ''] = /^\$(\w+)(.*)$/s.exec(value) ?? []
  return rest === '' ? kept.get(name) : `${kept.get(name)}${rest}`
}

const at = (value: unknown, path: string): unknown =>
  path.split('.').reduce((of: unknown, name) => Reflect.get(Object(of), name), value)
