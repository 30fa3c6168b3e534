import { toInstant } from '../../../lib/clock.ts'
import type { Context } from '../context.ts'

/** The present instant, as rows hold it. */
export const now = ({ clock }: Pick<Context, 'clock'>): string => toInstant(clock.now())
