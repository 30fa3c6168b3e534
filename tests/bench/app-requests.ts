/**
 * What the proxy adds to apps of sessions: a small file of the app `files`, asked for with the pass of a browser and with a token,
 * and a key that a program in the terminal sends back, beside the same programs over their own sockets.
 *
 *     node tests/bench/app-requests.ts
 */
import { writeFileSync } from 'node:fs'
import { Agent, type RequestOptions, request } from 'node:http'
import { join } from 'node:path'
import { WebSocket } from 'ws'
import { Program } from '../services/runner/apps/programs/rig.ts'
import { TerminalViewer } from '../services/runner/apps/programs/terminal/viewer.ts'
import { until } from '../until.ts'
import { addedUpTo, judged, upTo } from './goal.ts'
import { inTurn } from './in-turn.ts'
import { startPeer } from './peers/start-peer.ts'
import { printIfMain } from './print-if-main.ts'
import type { Row } from './row.ts'

/** A program that sends each byte back by itself, once it has said that it is there. */
const sendsBack = ['sh', '-c', 'stty raw -echo; echo ready; exec cat']
const path = '/file?path=here.txt'

export async function bench({ runs = 1_000 } = {}): Promise<Row[]> {
  await using front = await startPeer('front-apps', ...sendsBack)
  const { url, headers } = front.address
  const { authorization = '', host = '', cookie = '' } = headers
  const agent = new Agent({ keepAlive: true })
  const through = (more: Record<string, string>) => () =>
    read({ host: '127.0.0.1', port: new URL(url).port, path, agent, headers: { host, ...more } })
  await using files = await Program.start('files')
  writeFileSync(join(files.worktree, 'here.txt'), 'x')
  const alone = () => read({ socketPath: files.socket, path, agent })
  const byPass = await inTurn(through({ cookie }), alone, { runs })
  const byToken = await inTurn(through({ authorization }), alone, { runs })
  agent.destroy()
  const echoed = await echo(url.replace('http', 'ws'), host, authorization, runs)
  const name = 'a small file of an app through the proxy'
  return [
    { name, beside: 'asked with a pass', ...judged(byPass, addedUpTo(1, 'ms')) },
    { name, beside: 'asked with a token', ...judged(byToken, addedUpTo(2, 'ms')) },
    {
      name: 'a key sent back through the proxy',
      beside: 'the terminal alone',
      ...judged(echoed, upTo(1, 'ms')),
    },
  ]
}

const read = (asked: RequestOptions): Promise<void> =>
  new Promise((done, failed) => {
    request(asked, response => {
      if (response.statusCode !== 200) failed(new Error(`${response.statusCode}`))
      response.resume().once('end', done)
    })
      .once('error', failed)
      .end()
  })

async function echo(url: string, files: string, authorization: string, runs: number) {
  await using program = await Program.start('terminal', '--', ...sendsBack)
  const viewer = await TerminalViewer.open(program.socket)
  await viewer.sees('ready')
  const headers = { authorization, host: files.replace('files', 'terminal') }
  const socket = new WebSocket(`${url}/ws`, ['tty'], { headers })
  let output = ''
  socket.on('message', (data: Buffer) => {
    if (data[0] === 0x30) output += data.subarray(1).toString('latin1')
  })
  await until('the terminal through the proxy', () => socket.readyState === WebSocket.OPEN)
  socket.send(Buffer.from(JSON.stringify({ AuthToken: '', columns: 80, rows: 24 })))
  await until('its program', () => output.includes('ready'))
  const back = (on: WebSocket) => {
    const came = new Promise(done => on.once('message', done))
    on.send(Buffer.from('0x'))
    return came
  }
  const compared = await inTurn(
    () => back(socket),
    () => back(viewer.socket),
    { runs },
  )
  socket.terminate()
  await viewer.leaves()
  return compared
}

await printIfMain(import.meta, bench)
