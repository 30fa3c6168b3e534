import t from 'tap'
import { exitCodeIn } from '../../../../../services/runner/debug/lldb/exit-packet.ts'

const history = (...packets: string[]) =>
  packets.map((packet, n) => `history[${n}] tid=0x0e1c <  19> ${packet}\n`).join('')

t.test('the packet of its end tells how a process has ended', async t => {
  const sent = 'send packet: $vCont;c:pe49.-1#b0'
  const cases: readonly [packets: string[], pid: number, code: number | undefined][] = [
    [[sent, 'read packet: $W09;process:e49#30'], 0xe49, 9],
    [[sent, 'read packet: $X0f;process:e49#34'], 0xe49, 128 + 15],
    [[sent, 'read packet: $Wff#34'], 0xe49, 255],
    [['read packet: $W01;process:e48#30', 'read packet: $X09;process:e49#34'], 0xe48, 1],
    [['read packet: $W01;process:e48#30'], 0xe49, undefined],
    [['send packet: $X09;process:e49#34', 'read packet: $T05thread:pe49.e49;#00'], 0xe49, undefined],
    [[], 0xe49, undefined],
  ]
  for (const [packets, pid, code] of cases)
    t.equal(exitCodeIn(history(...packets), pid), code, packets.join())
})
