import { join } from 'node:path'
import { readMirror } from '../../smoke/agents/codex-mirror.ts'
import { runSecrets } from '../../smoke/agents/run-secrets.ts'
import type { Phase } from '../../smoke/run/phase.ts'
import { writeEnvironment } from '../../smoke/sandbox/environment-file.ts'
import type { AgentSetting, Setting } from '../../smoke/setting.ts'
import { placesIn } from '../../smoke/workspace/places.ts'
import { commit } from './fake-source.ts'
import { type Owner, room, write } from './room.ts'

type Stack = {
  readonly agent: AgentSetting
  /** Where a gateway listens, and who may use it. */
  readonly port: number
  readonly token: string
}

/** What a stage is done in: a workspace with a gateway's token and a client repository, and where evidence goes. */
export async function stageRig(owner: Owner, { agent, port, token }: Stack) {
  const places = placesIn(room(owner))
  write(join(places.clone, '.artifacts/secrets/admin-token'), `${token}\n`)
  write(join(places.clone, '.gitignore'), '.artifacts\n*.local.toml\n')
  write(join(places.clone, 'config/mcp.toml'))
  write(join(places.home, '.gitconfig'))
  commit(places.clone, 'as it is')
  write(join(places.client, 'README.md'))
  commit(places.client, 'as it is')
  await writeEnvironment(places, { DEBUG_SERVER__PROXY__PORT: String(port) })
  const evidence = room(owner)
  const lines: string[] = []
  const setting = {
    ...{ agent, evidence, seconds: { stage: 120 }, options: { captureDebugTools: false } },
  } as Setting
  const phase: Phase = {
    ...{ places, setting, signal: new AbortController().signal, clientFiles: {} },
    secrets: runSecrets(['hunter"2'], () => readMirror(places.codexHome)),
    ...{ log: line => void lines.push(line), progress: () => {}, answered: () => {}, exec: async () => {} },
  }
  return { places, phase, evidence, lines }
}
