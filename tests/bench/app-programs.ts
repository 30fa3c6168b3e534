/**
 * What the programs behind session apps cost: a key that a program in a terminal sends back, over the program's socket, beside the same
 * without any server; a large file beside the shortest server of one that node:http allows; and a start beside that of Node.js.
 *
 *     node tests/bench/app-programs.ts
 */
import { type ChildProcess, spawn as spawnProcess } from 'node:child_process'
import {
  createReadStream,
  existsSync,
  mkdtempSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { createServer, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { spawn } from '@lydell/node-pty'
import { mainOf, Program } from '../services/runner/apps/programs/rig.ts'
import { TerminalViewer } from '../services/runner/apps/programs/terminal/viewer.ts'
import { atLeast, judged, upTo } from './goal.ts'
import { inTurn } from './in-turn.ts'
import { printIfMain } from './print-if-main.ts'
import type { Row } from './row.ts'

/** A program that sends each byte back by itself, once it has said that it is there. */
const sendsBack = ['-c', 'stty raw -echo; echo ready; exec cat']

export async function bench({ keys = 2_000, starts = 10, reads = 5 } = {}): Promise<Row[]> {
  return [await echo(keys), await reading(reads), await starting(starts)]
}

async function echo(keys: number): Promise<Row> {
  await using program = await Program.start('terminal', '--', 'sh', ...sendsBack)
  const viewer = await TerminalViewer.open(program.socket)
  await viewer.sees('ready')
  const bare = spawn('sh', sendsBack, { encoding: null, env: { PATH: process.env.PATH } })
  const bareOutput = () => new Promise<void>(done => bare.onData(() => done()))
  await bareOutput()
  const compared = await inTurn(
    () => {
      const came = new Promise(done => viewer.socket.once('message', done))
      viewer.type('x')
      return came
    },
    () => {
      const came = new Promise<void>(done => {
        const listening = bare.onData(() => {
          listening.dispose()
          done()
        })
      })
      bare.write('x')
      return came
    },
    { runs: keys },
  )
  bare.kill()
  await viewer.leaves()
  const beside = 'the terminal alone'
  return { name: 'a key sent back, median', beside, ...judged(compared, upTo(1, 'ms')) }
}

async function reading(reads: number): Promise<Row> {
  await using program = await Program.start('files')
  const path = join(program.worktree, 'large')
  writeFileSync(path, '')
  truncateSync(path, 512 * 1_048_576)
  const socket = join(program.outside, 'plain.sock')
  const plain = createServer((_, response) => {
    response.writeHead(200, { 'content-length': statSync(path).size })
    createReadStream(path).pipe(response)
  }).listen(socket)
  const compared = await inTurn(
    () => read(program.socket, '/file?path=large'),
    () => read(socket, '/'),
    { runs: reads, warm: 1 },
  )
  plain.close()
  // As rates: more is better.
  const rates = { ...compared, ratio: 1 / compared.ratio }
  return { name: 'a file of 512 MiB', beside: 'plain node:http here', ...judged(rates, atLeast(0.9)) }
}

const read = (socketPath: string, path: string): Promise<void> =>
  new Promise((done, failed) => {
    request({ socketPath, path, agent: false }, response => response.resume().on('end', () => done()))
      .on('error', failed)
      .end()
  })

async function starting(starts: number): Promise<Row> {
  const place = mkdtempSync(join(tmpdir(), 'app-starts-'))
  const env = { ...process.env, NODE_COMPILE_CACHE: join(place, 'compiled') }
  const started: ChildProcess[] = []
  const compared = await inTurn(
    async () => {
      const socket = join(place, `${started.length}`)
      started.push(
        spawnProcess(process.execPath, [mainOf('terminal'), '--socket', socket], { cwd: place, env }),
      )
      while (!existsSync(socket)) await delay(1)
    },
    () => new Promise(done => spawnProcess(process.execPath, ['-e', '0']).once('exit', done)),
    { runs: starts, warm: 2 },
  )
  await Promise.all(
    started.map(child => {
      child.kill()
      return new Promise(done => child.once('exit', done))
    }),
  )
  rmSync(place, { recursive: true, force: true })
  return { name: 'a start, compiled before', beside: 'node -e 0', ...judged(compared, upTo(100, 'ms')) }
}

await printIfMain(import.meta, bench)
