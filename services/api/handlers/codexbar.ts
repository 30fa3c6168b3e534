import type { Context } from '../context.ts'
import { done, refuse } from '../outcome.ts'
import type { Handlers } from './handler.ts'

export const codexbarHandlers = ({ codexbar, log }: Context): Pick<Handlers, 'codexbar.usage'> => ({
  'codexbar.usage': async () => {
    const answer = await codexbar.usage()
    switch (answer.outcome) {
      case 'told':
        return done(answer.usage)
      case 'absent':
        return refuse(
          'codexbar_not_found',
          'codexbar is not on the PATH of this server: install it there, and restart the server',
        )
      case 'late':
        return refuse(
          'codexbar_timeout',
          'codexbar did not answer in time: run codexbar usage on the host to see why',
        )
      case 'failed':
        log.warn({ said: answer.said }, 'codexbar told no usage')
        return refuse(
          'codexbar_failed',
          'codexbar told no JSON, whichever flags it was given: update it; the log of the API has what it said',
        )
    }
  },
})
