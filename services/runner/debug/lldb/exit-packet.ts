/** lldb's command that tells the last 512 packets between it and lldb-server, which it keeps anyway. */
export const packetHistory = 'process plugin packet history'
/** And the one that tells of a process whether it is there. */
export const processInfo = (pid: number): string => `platform process info ${pid}`
export const hasGone = (info: string): boolean => info.includes('no process information is available')

const exit = /^history\[\d+\].* read packet: \$([WX])([0-9a-f]{2})(?:;process:([0-9a-f]+))?#/gm

/**
 * How a process ended, from those packets: lldb-dap tells the number of a signal as it tells an exit code. As a shell
 * tells it: 128 + n for a signal; undefined where no packet says it.
 */
export function exitCodeIn(history: string, pid: number): number | undefined {
  const ends = [...history.matchAll(exit)].filter(([, , , process]) => isOf(pid, process))
  const [, how, number = ''] = ends.at(-1) ?? []
  if (how === undefined) return undefined
  return Number.parseInt(number, 16) + (how === 'X' ? 128 : 0)
}

/** Where there can be but one process, it is not named. */
const isOf = (pid: number, process: string | undefined): boolean =>
  process === undefined || Number.parseInt(process, 16) === pid
