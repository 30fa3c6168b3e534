import { visibleLines } from '../../../lib/visible.ts'
import type { DebuggerMessage } from '../../../services/contract/debugger-message.ts'

/** What a debugger has said, in lines that tell that it was not the program. */
export const renderDebuggerMessage = ({ text }: Pick<DebuggerMessage, 'text'>): string =>
  visibleLines(text)
    .map(line => `debugger: ${line}\n`)
    .join('')
