import type { Repository } from '../../../services/contract/resources.ts'
import { details } from './details.ts'
import { relativeTime } from './relative-time.ts'

export const renderRepository = (repository: Repository, { now }: { readonly now: number }): string =>
  details([
    ['name', repository.name],
    ['status', repository.status],
    ['failure', repository.failure?.message],
    ['url', repository.url],
    ['default branch', repository.default_branch],
    ['fetched', repository.fetched_at && relativeTime(repository.fetched_at, now)],
    ['failed', repository.failed_at && relativeTime(repository.failed_at, now)],
    ['next fetch', repository.next_fetch_at && relativeTime(repository.next_fetch_at, now)],
    ['id', repository.id],
  ])
