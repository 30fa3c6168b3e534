import type { TerminalSize } from '../../../services/contract/terminal.ts'
import type { Io } from '../io.ts'

/** The terminal that this program was started in, for as long as it is lent to another one. */
export type OwnTerminal = {
  size(): TerminalSize
  /** Takes every key as it is typed, Ctrl+C too, until disposed. */
  takeKeys(onKeys: (keys: Buffer) => void, onResize: () => void): Disposable
}

/** Undefined where there is nobody to type. */
export function ownTerminal({ stdin, stdout }: Io): OwnTerminal | undefined {
  const setRawMode = stdin.setRawMode?.bind(stdin)
  if (stdin.isTTY !== true || stdout.isTTY !== true || setRawMode === undefined) return undefined
  return {
    size: () => ({ columns: extent(stdout.columns, 80), rows: extent(stdout.rows, 24) }),
    takeKeys(onKeys, onResize) {
      setRawMode(true)
      stdin.on('data', onKeys)
      stdout.on('resize', onResize)
      return {
        [Symbol.dispose]: () => {
          stdout.off('resize', onResize)
          stdin.off('data', onKeys)
          stdin.pause()
          setRawMode(false)
        },
      }
    },
  }
}

/** What the contract takes: a terminal may say that it has no size. */
const extent = (told: number | undefined, otherwise: number): number =>
  told === undefined || told < 1 ? otherwise : Math.min(told, 1_000)
