import { readdirSync } from 'node:fs'
import t from 'tap'

/** All that is tested here of tasks that are judged one by one has to be so as well where they are settled together. */
t.setTimeout(240_000)
process.env.TEST_SETTLES_FROM = '0'
for (const name of readdirSync(import.meta.dirname))
  if (name.endsWith('.test.ts') && name !== 'settled.test.ts') await import(`./${name}`)
