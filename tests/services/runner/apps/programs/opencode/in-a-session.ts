import { link, mkdir } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import type { Test } from 'tap'
import { WebSocket } from 'ws'
import { declaredApps } from '../../../../../../config/apps.ts'
import { ownRoot } from '../../../../../../config/workspace.ts'
import { version } from '../../../../../../services/runner/apps/obtain-opencode.ts'
import { until } from '../../../../../until.ts'
import { frontRig } from '../../../../proxy/apps/rig.ts'

/** opencode as an app of a session in its sandbox, behind the proxy: by its origin, by its paths, and by its WebSocket. */
export async function opencodeInASession(t: Test, program: string): Promise<void> {
  const declared = declaredApps(ownRoot).get('opencode')
  if (declared === undefined) throw new Error('the project has it')
  const rig = await frontRig(t, { opencode: declared })
  // What all sessions have, and was fetched before any did.
  await mkdir(rig.files.opencode)
  await link(program, join(rig.files.opencode, version))
  const { id } = await rig.sessionOf({ 'README.md': '' })
  const host = rig.hostOf(id, 'opencode')
  const cookie = await rig.pass(id, 'opencode')
  const own = (path: string, more: object = {}) => rig.send(path, { host, headers: { cookie }, ...more })
  const first = await until(
    'it has started',
    async () => {
      const answer = await own('/session')
      return answer.status === 503 ? undefined : answer
    },
    180_000,
  )
  t.match(first, { status: 200, text: '[]' })
  t.equal(first.headers['set-cookie'], undefined)
  t.equal((await rig.send('/session', { host })).status, 401, 'who was not let in has no way')
  t.not((await rig.send('/session', { host: rig.hostOf(id, 'other'), headers: { cookie } })).status, 200)

  const path = `/session/${id}/code`
  t.equal((await rig.send(`${path}/path`)).status, 401)
  t.equal((await rig.send(`${path}/path`, { headers: rig.bearer(rig.bob) })).status, 404)
  const told = await rig.send(`${path}/path`, { headers: rig.bearer(rig.alice) })
  t.match(told, { status: 200, headers: { 'content-security-policy': /^sandbox / } })
  t.match(JSON.parse(told.text), { directory: String })
  t.match(await firstEvent(Number(rig.port), `${path}/event`, rig.bearer(rig.alice)), {
    status: 200,
    type: 'text/event-stream',
    event: 'server.connected',
  })

  // Again and again, as in opencode.test.ts.
  const says = 'while :; do echo by a WebSocket; env; echo over; sleep 0.5; done'
  const shell = await own('/pty', {
    ...{ method: 'POST', headers: { cookie, 'content-type': 'application/json', origin: `http://${host}` } },
    body: JSON.stringify({ command: 'sh', args: ['-c', says] }),
  })
  t.equal(shell.status, 200, shell.text)
  const at = `ws://127.0.0.1:${rig.port}/pty/${JSON.parse(shell.text).id}/connect`
  const whole = /by a WebSocket[\s\S]*over\r?\n/
  const heard = await hear(at, { host, cookie, origin: `http://${host}` }, whole)
  t.match(heard, 'by a WebSocket')
  for (const headers of [{ host }, { host, cookie, origin: 'http://evil.example' }])
    await t.rejects(hear(at, headers, whole), /Unexpected server response: 40[13]/)
}

const firstEvent = (port: number, path: string, headers: Record<string, string>) =>
  new Promise<object>((done, failed) => {
    const asking = request({ host: '127.0.0.1', port, path, headers, agent: false }, answer => {
      answer.once('data', (chunk: Buffer) => {
        const event = /"type":"([\w.]+)"/.exec(chunk.toString())?.[1]
        done({ status: answer.statusCode, type: answer.headers['content-type'], event })
        asking.destroy()
      })
      answer.on('error', () => undefined)
    })
    asking.on('error', failed)
    asking.end()
  })

/** What a WebSocket brings until these words have come. */
const hear = (address: string, headers: Record<string, string>, words: RegExp) =>
  new Promise<string>((done, failed) => {
    const socket = new WebSocket(address, { headers })
    let text = ''
    socket.on('error', failed)
    socket.on('message', (data: Buffer) => {
      text += data.toString()
      if (!words.test(text)) return
      done(text)
      socket.terminate()
    })
  })
