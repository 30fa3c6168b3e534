import { UserError } from '../../lib/user-error.ts'
import type { Finding } from './finding.ts'

/** One look at the host: named by what it looks at, in case that it finds nothing out. */
export type Look = {
  readonly what: string
  readonly see: () => Finding | readonly Finding[] | Promise<Finding | readonly Finding[]>
}

/** How long one look may take, in milliseconds. */
const deadline = 5_000

/** Looks at all side by side. What throws or takes too long is a finding as well; the order stays that of the looks. */
export async function lookAtAll(looks: readonly Look[], deadlineMs = deadline): Promise<Finding[]> {
  const found = await Promise.all(looks.map(look => within(look, deadlineMs)))
  return found.flat()
}

async function within({ what, see }: Look, deadlineMs: number): Promise<readonly Finding[]> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<Finding>(resolve => {
    timer = setTimeout(
      () =>
        resolve({
          what,
          verdict: 'warning',
          detail: `not known: it took longer than ${deadlineMs / 1000} s`,
          fix: 'look again when the machine is less busy',
        }),
      deadlineMs,
    )
  })
  try {
    return [await Promise.race([(async () => see())(), late])].flat()
  } catch (error) {
    return [failure(what, error)]
  } finally {
    clearTimeout(timer)
  }
}

function failure(what: string, error: unknown): Finding {
  if (error instanceof UserError) return { what, verdict: 'failed', detail: error.message, fix: error.fix }
  return { what, verdict: 'failed', detail: error instanceof Error ? error.message : String(error) }
}
