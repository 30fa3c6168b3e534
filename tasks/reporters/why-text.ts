import type { Change } from '../engine/changes.ts'
import type { Verdict } from '../engine/forecast.ts'
import { changeText } from './change-text.ts'
import { numeral, plainLine } from './plain-text.ts'
import { agoText } from './relative-time.ts'
import type { Style } from './style.ts'
import { verdictText } from './verdict.ts'

export interface Explained {
  readonly name: string
  readonly verdict: Verdict
  /** When it last succeeded, in milliseconds since 1970. */
  readonly succeededAt: number | undefined
}

export interface Why extends Explained {
  /** Those of its needs that are not up to date. */
  readonly needs: readonly Explained[]
}

const longest = 50
const needsShown = 6

/** Changes under one heading, of which there may be too many to show. */
interface Group {
  readonly title: string
  readonly lines: readonly string[]
}

/**
 * Why a task would run, or would not: what has changed since it last succeeded, grouped, and the same for its needs. At
 * most fifty lines: where there is more, the largest groups are cut.
 */
export function whyText({ needs, ...task }: Why, now: number, style: Style): string {
  const shown = needs.slice(0, needsShown)
  const left = needs.length - shown.length
  const own = groupsOf(changesOf(task.verdict))
  const theirs = shown.map(need => ({
    need,
    group: { title: '', lines: changesOf(need.verdict).map(changeText) },
  }))
  const fixed = 1 + own.length + 2 * shown.length + (left > 0 ? 2 : 0)
  const limit = limitFor([...own, ...theirs.map(({ group }) => group)], longest - fixed)
  const lines = [
    headText(task, now, style),
    ...own.flatMap(group => [
      `  ${style.dim(group.title)}`,
      ...cut(group.lines, limit).map(line => `    ${line}`),
    ]),
    ...theirs.flatMap(({ need, group }) => [
      '',
      headText(need, now, style),
      ...cut(group.lines, limit).map(line => `  ${line}`),
    ]),
  ]
  if (left > 0) lines.push('', style.dim(`… and ${numeral(left)} more of its needs`))
  return `${lines.join('\n')}\n`
}

function headText({ name, verdict, succeededAt }: Explained, now: number, style: Style): string {
  const title = style.bold(plainLine(name))
  const last = succeededAt === undefined ? undefined : agoText(succeededAt, now)
  switch (verdict.kind) {
    case 'up-to-date':
      return last === undefined
        ? `${title} is up to date`
        : `${title} is up to date: nothing has changed since it succeeded, ${last}`
    case 'runs':
      return last === undefined
        ? `${title} runs: it has not succeeded yet`
        : `${title} runs: this has changed since it succeeded, ${last}`
    case 'restores':
      return last === undefined
        ? `${title} is restored from the cache`
        : `${title} is restored from the cache: this has changed since it succeeded, ${last}`
    case 'always':
      return `${title} always runs: it names neither inputs nor outputs`
    case 'fails':
    case 'handed':
      return `${title} ${verdictText(verdict)}`
    case 'unknown':
    case 'unasked':
      return `${title} ${verdictText(verdict)}${last === undefined ? '' : `; nothing else has, since it succeeded, ${last}`}`
  }
}

function changesOf(verdict: Verdict): readonly Change[] {
  return verdict.kind === 'runs' || verdict.kind === 'restores' ? verdict.why : []
}

const titles: Readonly<Record<Change['kind'], string>> = {
  'never-succeeded': 'memory',
  unfinished: 'memory',
  forced: 'command line',
  rest: 'command line',
  param: 'command line',
  input: 'inputs',
  value: 'inputs',
  env: 'environment',
  tool: 'tools',
  source: 'source',
  definition: 'source',
  need: 'needs',
  output: 'outputs',
}

function groupsOf(changes: readonly Change[]): Group[] {
  const groups = Map.groupBy(changes, ({ kind }) => titles[kind])
  return [...groups].map(([title, members]) => ({ title, lines: members.map(changeText) }))
}

/** How many lines each group may have, one that tells of the rest aside, so that all fit. */
function limitFor(groups: readonly Group[], room: number): number {
  for (let limit = longest; limit > 0; limit--) {
    const height = groups.reduce((sum, { lines }) => sum + cut(lines, limit).length, 0)
    if (height <= room) return limit
  }
  return 0
}

/** A line that tells of one more would take the place of that one. */
function cut(lines: readonly string[], limit: number): readonly string[] {
  if (lines.length <= limit + 1) return lines
  return [...lines.slice(0, limit), `… and ${numeral(lines.length - limit)} more`]
}
