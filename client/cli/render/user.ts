import type { User } from '../../../services/contract/user-resources.ts'
import type { RenderContext } from '../words/words.ts'
import { details } from './details.ts'
import { relativeTime } from './relative-time.ts'

export const renderUser = (user: User, { now }: RenderContext): string =>
  details([
    ['name', user.name],
    ['called', user.display_name],
    ['role', user.role],
    ['created', relativeTime(user.created_at, now)],
    ['disabled', user.disabled_at && relativeTime(user.disabled_at, now)],
    ['id', user.id],
  ])
