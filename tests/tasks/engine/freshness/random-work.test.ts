import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import type { Verdict } from '../../../../tasks/engine/forecast.ts'
import { RandomWork } from './random-work.ts'
import { type Ran, Workshop } from './workshop.ts'

/** Time for the file system's clock to go on between the rounds, or nothing would be settled: see settled.test.ts. */
const settles = process.env.TEST_SETTLES_FROM !== undefined
const graphs = Number(process.env.RANDOM_WORK ?? (settles ? 40 : 200))
const firstSeed = Number(process.env.SEED ?? 1)
t.setTimeout(240_000)
const rounds = settles ? 10 : 6
let settled = 0

/** Edits and runs one random graph several times over, and returns what is wrong; nothing, one hopes. */
async function faults(work: RandomWork, shop: Workshop): Promise<string[]> {
  const found: string[] = []
  for (let round = 0; round < rounds; round++) {
    const edits = round === 0 ? ['begun'] : [work.edit(), ...(round % 2 === 0 ? [work.edit()] : [])]
    if (settles) await delay(30)
    const targets = work.targets()
    shop.settlesFrom = settles && round % 3 !== 2 ? 0 : undefined
    const verdicts = await shop.forecast(work.tasks, targets)
    const force = round === 4
    const ran = await shop.run(work.tasks, targets, { jobs: work.jobs, force })
    settled += ran.settled.size
    const wrong = [...orderFaults(work, ran), ...cleanFaults(work, shop, ran)]
    if (!force && ran.result.outcome === 'succeeded') wrong.push(...forecastFaults(work, verdicts, ran))
    found.push(...wrong.map(fault => `round ${round} (${edits.join(', ')}): ${fault}`))
  }
  return found
}

function orderFaults(work: RandomWork, { events, ran }: Ran): string[] {
  const found: string[] = []
  const done = new Set<string>()
  if (new Set(ran).size !== ran.length) found.push(`a task ran twice: ${ran}`)
  for (const event of events) {
    if (!('name' in event)) continue
    if (/^task-(succeeded|up-to-date|restored)$/.test(event.type)) done.add(event.name)
    if (event.type === 'task-started' || event.type === 'task-restored')
      for (const need of work.needsOf(event.name))
        if (!done.has(need)) found.push(`${event.name} before ${need}`)
  }
  return found
}

/** What differs from a clean run, of all that succeeded. */
function cleanFaults(work: RandomWork, shop: Workshop, { result, of }: Ran): string[] {
  const { results, outputs } = work.clean()
  const shouldFail = [...result.states].some(
    ([name, { kind }]) => work.failing.has(name) && kind === 'failed',
  )
  const found = result.outcome === 'succeeded' || shouldFail ? [] : [`outcome ${result.outcome}`]
  for (const [name, { kind }] of result.states) {
    if (kind !== 'succeeded') {
      if (result.outcome === 'succeeded') found.push(`${name} is ${kind}`)
      continue
    }
    if (of(name) !== results.get(name)) found.push(`${name} returned ${of(name)}, not ${results.get(name)}`)
    const path = `out/${name}.txt`
    const made = outputs.get(path)
    if (made !== undefined && shop.read(path) !== made)
      found.push(`${path} is ${shop.read(path)}, not ${made}`)
  }
  return found
}

function forecastFaults(
  work: RandomWork,
  verdicts: ReadonlyMap<string, Verdict>,
  { ran, upToDate, restored }: Ran,
): string[] {
  const wrong = (name: string, verdict: Verdict): boolean => {
    switch (verdict.kind) {
      case 'always':
        return !ran.includes(name)
      case 'unasked':
        return true // they want no tools
      case 'runs':
        // Where a need runs before it, what the cache holds is not known beforehand.
        return work.needsOf(name).every(need => verdicts.get(need)?.kind === 'up-to-date')
          ? !ran.includes(name)
          : upToDate.includes(name)
      case 'restores':
        return !restored.includes(name)
      case 'up-to-date':
        return !upToDate.includes(name)
      case 'unknown':
        return false
      case 'fails':
      case 'handed': // with --only alone
        return true
    }
  }
  return [...verdicts]
    .filter(([name, verdict]) => wrong(name, verdict))
    .map(([name, { kind }]) => `${name}: foreseen ${kind}`)
}

t.test(`${graphs} random graphs of files: as a clean run would leave them, and as foreseen`, async t => {
  for (let seed = firstSeed; seed < firstSeed + graphs; seed++) {
    const ends: (() => void)[] = []
    const shop = new Workshop({ teardown: end => void ends.push(end) })
    const found = await faults(new RandomWork(seed, shop), shop)
    for (const end of ends) end()
    if (found.length > 0) t.fail(`SEED=${seed} RANDOM_WORK=1: ${found.join('; ')}`)
  }
  t.equal(settled > 0, settles, `${settled} times a task was settled`)
})
