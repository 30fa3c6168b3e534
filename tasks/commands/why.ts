import { readBeginning } from '../engine/command-line.ts'
import { foresee } from '../engine/foresee.ts'
import { maskDeep } from '../engine/secrets/mask-values.ts'
import type { Command } from './command.ts'
import { maskerOf } from './one-run.ts'
import { readRun } from './read-run.ts'

/**
 * `task why NAME [--json]`: what changed since a task last succeeded, or that nothing did; the same for what it needs.
 * Nothing is run, and nothing is written.
 */
export const why: Command = async ({ taskfile, values, flags, style, blame, stdout }) => {
  const read = await readRun(readBeginning([String(values.name)]), await taskfile(), blame)
  const { graph, workplace } = read
  const { plan, environment } = await read.plan()
  const masker = maskerOf(graph, plan)
  const { judge, verdicts } = await foresee({
    graph,
    plan,
    environment: { ...process.env, ...environment },
    workplace,
    force: flags.force,
  })
  const explain = (name: string) => {
    const verdict = verdicts.get(name)
    if (verdict === undefined) throw new Error(`nothing is known of ${name}`)
    return { name, verdict, succeededAt: judge.record(name)?.succeededAt }
  }
  const [target = ''] = plan.targets
  const needs = plan.steps
    .filter(({ name }) => name !== target && verdicts.get(name)?.kind !== 'up-to-date')
    .map(({ name }) => explain(name))
  const told = { ...explain(target), needs }
  if (values.json === true) {
    stdout(`${JSON.stringify(maskDeep(masker, told), plain, 2)}\n`)
    return 0
  }
  const { whyText } = await import('../reporters/why-text.ts')
  stdout(masker.mask(whyText(told, Date.now(), style)))
  return 0
}

/** An error has no properties that JSON would show. */
function plain(_: string, value: unknown): unknown {
  return value instanceof Error ? value.message : value
}
