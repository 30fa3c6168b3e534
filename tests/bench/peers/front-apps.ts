import type { Test } from 'tap'
import { declaredApps } from '../../../config/apps.ts'
import { ownRoot } from '../../../config/workspace.ts'
import { frontRig } from '../../services/proxy/apps/rig.ts'
import { tellAddress } from './told.ts'

/** Runner, API and proxy with the apps `files` and `terminal`; what the latter runs is in the words that are given. */
const ends: (() => unknown)[] = []
const [files, terminal] = ['files', 'terminal'].map(name => declaredApps(ownRoot).get(name))
if (files === undefined || terminal === undefined) throw new Error('the project has both')
const [program, ...words] = terminal.command
const command: typeof terminal.command = [program, ...words, '--', ...process.argv.slice(2)]
const teardown = (end: () => unknown) => void ends.push(end)
const rig = await frontRig({ teardown } as unknown as Test, { files, terminal: { ...terminal, command } })
const { id } = await rig.sessionOf({ 'here.txt': 'x' })
await tellAddress({
  url: `http://127.0.0.1:${rig.port}`,
  headers: { ...rig.bearer(rig.alice), host: rig.hostOf(id, 'files'), cookie: await rig.pass(id, 'files') },
})
for (const end of ends.toReversed()) await end()
process.exit()
