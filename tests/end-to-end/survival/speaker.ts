import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, writeSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { chunkOf, type Speech } from './speech.ts'

/** The program of the commands: `node speaker.ts SPEECH FIRST ROLL`. It writes its seed into ROLL when it starts. */
const [, file = '', given = '', first = '0', roll = ''] = process.argv
const speech: Speech = JSON.parse(given)
const isChild = Number(first) > 0
if (!isChild) appendFileSync(roll, `${speech.seed}\n`)
if (speech.forks === 'daemon') spawn('sleep', ['1000'], { detached: true, stdio: 'ignore' }).unref()
const half = Math.ceil(speech.chunks / 2)
const end = speech.forks === 'child' && !isChild ? half : speech.chunks
for (let index = Number(first); index < end; index++) {
  say(1, chunkOf(speech, 'stdout', index))
  say(2, chunkOf(speech, 'stderr', index))
  await delay(speech.pause)
}
if (end < speech.chunks)
  await once(spawn(process.execPath, [file, given, String(half), roll], { stdio: 'inherit' }), 'exit')
process.exitCode = isChild ? 0 : speech.exitCode

function say(fd: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at)
}
