import { closeSync, openSync, writeSync } from 'node:fs'
import { runnerToken } from '../../../services/contract/ids.ts'
import { openStore } from '../../../services/store/store.ts'
import { startStubRunner } from './stub-runner.ts'

/** A runner in a process of its own, where a command is a line in a file: `node racer.ts STORE TOKEN FILE`. Until SIGTERM. */
const [, , path = '', token, file = ''] = process.argv
const ran = openSync(file, 'a')
await using store = await openStore(path)
await using runner = startStubRunner({
  ...{ store, token: runnerToken.parse(Number(token)), slots: 8 },
  ran: command => void writeSync(ran, `${command}\n`),
})
console.log('ready')
await Promise.race([runner.failed, new Promise<void>(resolve => process.once('SIGTERM', resolve))])
closeSync(ran)
