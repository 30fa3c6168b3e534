import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import { z } from 'zod'
import { operationNames } from '../../../services/contract/contract.ts'
import { chromium } from '../../chromium.ts'
import { lacks } from './development-tool.ts'
import { startRig } from './rig.ts'

t.setTimeout(200_000)

const seenSchema = z.object({
  requests: z.array(z.string()),
  errors: z.array(z.string()),
  violations: z.array(z.string()),
  title: z.string(),
  text: z.string(),
  answer: z.object({ status: z.string(), body: z.string() }).nullable(),
})

async function look(url: string, ready: string, tried?: string) {
  const program = join(import.meta.dirname, 'look-at-page.mjs')
  const words = [program, `${chromium}`, url, ready, ...(tried === undefined ? [] : [tried])]
  const { stdout } = await promisify(execFile)(process.execPath, words, {
    timeout: 120_000,
    maxBuffer: 2 ** 26,
  })
  return seenSchema.parse(JSON.parse(stdout))
}

const skip =
  chromium === undefined && process.env.CI !== 'true'
    ? 'there is no Chromium: apt-get install chromium, or set DEBUG_SERVER_CHROMIUM'
    : lacks('playwright-core')

for (const prefix of ['', '/api'])
  t.test(`${prefix}/docs: every operation is shown, and one is tried`, { skip }, async t => {
    const rig = await startRig(t)
    const health = '.opblock:has([data-path="/healthz"])'
    const { requests, errors, violations, text, title, answer } = await look(
      `${rig.api.url}${prefix}/docs`,
      health,
      health,
    )
    t.equal(title, 'Debug Server API')
    t.same(errors, [], 'nothing is wrong')
    t.same(violations, [], 'its policy lets everything of it be')
    t.same(
      requests.filter(url => !url.startsWith(`${rig.api.url}/`) && !url.startsWith('data:')),
      [],
      'nothing from elsewhere',
    )
    t.ok(requests.includes(`${rig.api.url}${prefix}/openapi.json`))
    t.match(text, '/sessions/{session}/commands')
    t.match(answer, { status: /^200/, body: /"status": "ok"/ })
  })

t.test('/redoc: everything can be read', { skip }, async t => {
  const rig = await startRig(t)
  const { requests, errors, violations, text } = await look(`${rig.api.url}/redoc`, 'h3')
  t.same([errors, violations], [[], []])
  t.same(
    requests.filter(url => !url.startsWith('data:')),
    [`${rig.api.url}/redoc`],
    'it needs nothing but itself',
  )
  for (const name of operationNames) t.ok(text.includes(name), name)
})
