import { parseArgs } from 'node:util'
import { chaos } from './chaos.ts'
import { longForm } from './options.ts'
import { summary } from './summary.ts'

/**
 * `node tests/chaos/main.ts --minutes N --seed S [--json]`, as `npx task chaos` calls it: progress on stderr, what came of it on
 * stdout, exit code 1 where a promise was broken.
 */
const { values } = parseArgs({
  options: {
    minutes: { type: 'string' },
    seed: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
})
const options = { ...longForm, seed: Number(values.seed), seconds: Number(values.minutes) * 60 }
const began = performance.now()
const result = await chaos(options, line =>
  process.stderr.write(`${((performance.now() - began) / 1_000).toFixed(1).padStart(7)} s  ${line}\n`),
)
process.stdout.write(values.json ? `${JSON.stringify(result, null, 2)}\n` : summary(result))
if (result.complaints.length > 0) process.exitCode = 1
