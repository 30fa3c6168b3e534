/**
 * What becomes of the logs of a command:
 *
 *     written → stored → expired → removed
 *        └─────────────────↑
 *
 * - `written`: as the command wrote them;
 * - `stored`: as they are kept, compressed where that saves anything;
 * - `expired`: they are told no more, and their files are to be removed;
 * - `removed`: their files are gone.
 *
 * Only those of commands that have ended go on. Nobody has a lease on them: each step can be taken twice.
 */
export type LogState = 'written' | 'stored' | 'expired' | 'removed'
