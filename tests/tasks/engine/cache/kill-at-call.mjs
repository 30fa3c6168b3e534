/**
 * Loaded before a program: kills it, as SIGKILL does, right before the change to the file system whose number is in
 * KILL_AT_CALL, counted from when the program has called `globalThis.countChanges()`.
 */
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

let remaining = Number.POSITIVE_INFINITY
globalThis.countChanges = () => {
  remaining = Number(process.env.KILL_AT_CALL)
}

const sync = [
  'open',
  'writeFile',
  'appendFile',
  'rename',
  'unlink',
  'rm',
  'rmdir',
  'mkdir',
  'symlink',
  'utimes',
]
patch(
  fs,
  [...sync, 'chmod', 'fchmod', 'copyFile'].map(name => `${name}Sync`),
)
patch(fs.promises, ['copyFile', 'chmod'])
syncBuiltinESMExports()

function patch(of, names) {
  for (const name of names) {
    const call = of[name]
    of[name] = (...args) => {
      const changes = name !== 'openSync' || args[1] === 'wx'
      if (changes && --remaining === 0) process.kill(process.pid, 'SIGKILL')
      return call(...args)
    }
  }
}
