import { readFileSync, statfsSync } from 'node:fs'
import { release } from 'node:os'

/** What is known of the place of a file, for the judgement below. */
export type Place = {
  readonly path: string
  /** The `f_type` of statfs(2). */
  readonly type: number
  /** Lines of /proc/self/mountinfo; empty where the system has none. */
  readonly mounts: string
  /** The kernel's release: WSL names itself in it. */
  readonly kernel: string
}

/** File systems whose locks and shared memory SQLite cannot rely on, by the magic numbers of linux/magic.h and statfs(2). */
const shared = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB'],
  [0x01021997, '9p'],
  [0x5346414f, 'AFS'],
  [0x73757245, 'Coda'],
  [0x00c36400, 'Ceph'],
  [0x0bd00bd0, 'Lustre'],
  [0x47504653, 'GPFS'],
  [0x7461636f, 'OCFS2'],
  [0x01161970, 'GFS2'],
])
const fuse = 0x65735546
/** FUSE is a door to anything; these lead to another host. */
const remoteFuse =
  /^fuse\.(?:sshfs|s3fs|rclone|gcsfuse|glusterfs|ceph|curlftpfs|davfs|smbnetfs|drvfs|goofys|juicefs)/

/**
 * Why a store must not lie there, or undefined where it may: SQLite's write-ahead log needs locks and memory shared by
 * all its users, which file systems over a network do not give. See https://sqlite.org/wal.html and /faq.html#q5
 */
export function networkFileSystem({ path, type, mounts, kernel }: Place): string | undefined {
  if (/microsoft/i.test(kernel) && /^\/mnt\/[a-z](?:\/|$)/.test(path)) return 'a Windows drive'
  const known = shared.get(type >>> 0)
  if (known !== undefined) return `a network file system (${known})`
  if (type >>> 0 !== fuse) return undefined
  const kind = mountKind(path, mounts)
  return remoteFuse.test(kind) ? `a network file system (${kind})` : undefined
}

/** The type of the mount that a path lies in: the longest mount point that it begins with. */
function mountKind(path: string, mounts: string): string {
  let best = ''
  let kind = ''
  for (const line of mounts.split('\n')) {
    const [before = '', after = ''] = line.split(' - ')
    // Octal escapes stand for blanks: see proc_pid_mountinfo(5).
    const point = (before.split(' ')[4] ?? '').replace(/\\(\d{3})/g, (_, octal) =>
      String.fromCharCode(Number.parseInt(octal, 8)),
    )
    const inside = path === point || path.startsWith(point === '/' ? '/' : `${point}/`)
    if (point === '' || !inside || point.length < best.length) continue
    best = point
    kind = after.split(' ')[0] ?? ''
  }
  return kind
}

/** Asks this host about an existing path. */
export function placeOf(path: string): Place {
  return { path, type: Number(statfsSync(path).type), mounts: mountInfo(), kernel: release() }
}

function mountInfo(): string {
  try {
    return readFileSync('/proc/self/mountinfo', 'utf8')
  } catch {
    return ''
  }
}
