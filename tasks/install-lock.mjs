/**
 * A lock between processes: a file that names its holder. One whose holder has died is taken over. Plain JavaScript for
 * Node 20.
 */
import { randomUUID } from 'node:crypto'
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'

const pollMs = 100

/**
 * Waits for the lock and takes it.
 *
 * @param {string} path
 * @param {(pid: number) => void} waiting told once for each holder that is waited for
 * @returns {Promise<{ alsoHeldBy(pid: number): void, release(): void }>}
 */
export async function acquire(path, waiting = () => {}) {
  const token = randomUUID()
  const mine = `${path}.${token}`
  let told
  write(mine, { token, holders: [identify(process.pid)] })
  try {
    while (!tryLink(mine, path)) {
      const held = read(path)
      if (held === undefined) continue
      if (held.holders.some(isAlive)) {
        if (told !== held.token) waiting(held.holders[0].pid)
        told = held.token
        await delay(pollMs)
        continue
      }
      // Nobody but the holder of this second lock may replace the first, so a lock that is new is never replaced.
      const takeover = await acquire(`${path}.${held.token}.takeover`)
      try {
        if (read(path)?.token !== held.token) continue
        renameSync(mine, path)
        break
      } finally {
        takeover.release()
      }
    }
  } finally {
    rmSync(mine, { force: true })
  }
  return {
    alsoHeldBy(pid) {
      write(mine, { token, holders: [identify(process.pid), identify(pid)] })
      renameSync(mine, path)
    },
    release() {
      if (read(path)?.token === token) rmSync(path, { force: true })
    },
  }
}

function write(path, content) {
  writeFileSync(path, JSON.stringify(content))
}

/** A link appears at once and with its content, and only where there was nothing. */
function tryLink(from, to) {
  try {
    linkSync(from, to)
    return true
  } catch (error) {
    if (error.code === 'EEXIST') return false
    throw error
  }
}

/** The lock's content, or undefined where it has just gone. One that cannot be read has no living holder. */
function read(path) {
  let text
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if (error.code === 'ENOENT') return undefined
    throw error
  }
  try {
    return JSON.parse(text)
  } catch {
    return { token: 'unreadable', holders: [] }
  }
}

function identify(pid) {
  return { pid, start: startOf(pid) }
}

/** A process that has the pid of a holder but began at another time is not the holder. */
function isAlive({ pid, start }) {
  try {
    process.kill(pid, 0)
  } catch (error) {
    return error.code === 'EPERM'
  }
  return start === null || startOf(pid) === start
}

/** When a process began, as Linux tells it; null elsewhere, and for one that is only waiting to be reaped. */
function startOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' ? null : fields[19]
  } catch {
    return null
  }
}
