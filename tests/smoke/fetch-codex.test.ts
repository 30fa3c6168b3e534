import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import t from 'tap'
import { codexPackage } from '../../smoke/agents/codex-package.ts'
import { packageRegistry } from './package-registry.ts'
import { smokeRig } from './smoke-rig.ts'

t.setTimeout(280_000)

const [, name = '', version = ''] = /^(@.+)@(.+)$/.exec(codexPackage) ?? []

t.test('Codex is fetched into the workspace, in its one version, and does the stages', async t => {
  const native = `${name}-${process.platform}-${process.arch}`
  const registry = await packageRegistry(t, [
    {
      ...{ name, version, bin: { codex: 'bin/codex.js' }, files: { 'bin/codex.js': '' } },
      needs: { [native]: version },
    },
    {
      ...{ name: native, version },
      files: { 'vendor/some-triple/bin/codex': '#!/bin/sh\necho "I was fetched to $0"\n' },
    },
  ])
  const rig = smokeRig(t, 'none', { npm_config_registry: registry })
  const { stdout } = await rig.run('--agent', 'codex', '--fetch-codex', '--test-scope', 'none')
  t.match(stdout, /agent {6}Codex, led by a scripted model\n$/)
  t.match(rig.evidence('phases/fetch-codex.log'), new RegExp(`fetched ${codexPackage}`))
  t.match(rig.summary().failed, {
    phase: 'agent:bundle-tools',
    reason: /no event of Codex: I was fetched to \/.*\/codex\/node_modules\/@openai\/codex-/,
  })
  t.same(rig.left(), [])
  t.same(rig.processes(), [])
})

t.test('one that npm has not is told at its phase', async t => {
  const rig = smokeRig(t, 'none', { npm_config_registry: await packageRegistry(t, []) })
  t.match(await rig.run('--agent', 'codex', '--fetch-codex'), { code: 1 })
  t.match(rig.summary().failed, { phase: 'fetch-codex', reason: /404/ })
})

t.test('it is the version that the gate tries', async t => {
  t.match(readFileSync(resolve(import.meta.dirname, '../../.ci/run'), 'utf8'), ` ${codexPackage} `)
})
