import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, writeSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { chunkOf, type Speech } from './speech.ts'

/**
 * The program of the commands: `node speaker.ts SPEECH FIRST ROLL`. It writes its seed into ROLL when it starts. Where
 * there is no room it waits for some: what it says is the same, whatever becomes of the disk.
 */
const [, file = '', given = '', first = '0', roll = ''] = process.argv
const speech: Speech = JSON.parse(given)
const isChild = Number(first) > 0
if (!isChild) await insist(() => appendFileSync(roll, `${speech.seed}\n`))
if (speech.forks === 'daemon') spawn('sleep', ['1000'], { detached: true, stdio: 'ignore' }).unref()
const half = Math.ceil(speech.chunks / 2)
const end = speech.forks === 'child' && !isChild ? half : speech.chunks
for (let index = Number(first); index < end; index++) {
  await say(1, chunkOf(speech, 'stdout', index))
  await say(2, chunkOf(speech, 'stderr', index))
  await delay(speech.pause)
}
if (end < speech.chunks)
  await once(spawn(process.execPath, [file, given, String(half), roll], { stdio: 'inherit' }), 'exit')
process.exitCode = isChild ? 0 : speech.exitCode

async function say(fd: number, bytes: Buffer): Promise<void> {
  for (let at = 0; at < bytes.length; ) at += await insist(() => writeSync(fd, bytes, at))
}

async function insist<T>(write: () => T): Promise<T> {
  for (;;)
    try {
      return write()
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error
      await delay(50)
    }
}
