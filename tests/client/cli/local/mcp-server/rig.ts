import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Test } from 'tap'
import { startRig } from '../../../../services/proxy/gateway/rig.ts'
import { cli } from '../../rig.ts'

/** A clone whose gateway runs, as `task up` leaves it, and the command line in it. */
export async function runningClone(t: Test, configuration = '') {
  const rig = await startRig(t, configuration)
  const { root, proxy } = rig
  const { secret } = await rig.token('admin', ['admin', 'mcp'])
  const put = async (name: string, text: string) => {
    await mkdir(join(root, name, '..'), { recursive: true })
    await writeFile(join(root, name), text)
  }
  await put(
    '.artifacts/run/endpoints.json',
    JSON.stringify({ api: { url: 'http://127.0.0.1:1' }, proxy: { url: proxy.url } }),
  )
  await put('.artifacts/secrets/admin-token', `${secret}\n`)
  const environment = { PATH: process.env.PATH ?? '', HOME: root, DEBUG_SERVER_HOME: join(root, 'home') }
  const run = (...args: readonly string[]) =>
    cli(['mcp-server', ...args], { root, directory: root, environment })
  return { ...rig, put, run, admin: secret }
}
