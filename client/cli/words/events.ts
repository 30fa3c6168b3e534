import type { Words } from './words.ts'

export const events: Words<'events.follow'> = {
  path: ['events'],
  flags: { session: { value: 'SESSION' }, after: { value: 'ID' } },
  examples: ['', '--session @last', '--after 4711 --once --json'],
  act: () => import('../acts/events.ts'),
}
