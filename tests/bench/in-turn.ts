import { setTimeout as delay } from 'node:timers/promises'
import { median, type Row } from './row.ts'
import { timed } from './timed.ts'

type Step = () => Promise<unknown>

/** In turn, each first as often: whoever goes after a wait finds processors and caches cold. */
export async function inTurn(
  one: Step,
  other: Step,
  { runs, pause = 0, warm = 10 }: { runs: number; pause?: number; warm?: number },
): Promise<Pick<Row, 'ours' | 'peer' | 'ratio' | 'unit'>> {
  const sides = [
    { step: one, took: [] as number[] },
    { step: other, took: [] as number[] },
  ] as const
  for (let i = -warm; i < runs; i++)
    for (const { step, took } of i % 2 === 0 ? sides : sides.toReversed()) {
      if (pause > 0) await delay(pause)
      const milliseconds = await timed(async () => void (await step()))
      if (i >= 0) took.push(milliseconds)
    }
  const [ours, peer] = [median(sides[0].took), median(sides[1].took)]
  return { ours, peer, ratio: ours / peer, unit: 'ms' }
}
