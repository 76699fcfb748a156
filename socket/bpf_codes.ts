/**
 * The operation codes of classic BPF (`<linux/filter.h>`), by their C names. They are plain
 * constants because they are the same on every platform that has BPF.
 */

/**
 * Class: load into the accumulator.
 * @category Constants: BPF_
 */
export const BPF_LD = 0;
/**
 * Class: load into the index register.
 * @category Constants: BPF_
 */
export const BPF_LDX = 1;
/**
 * Class: store the accumulator in scratch memory.
 * @category Constants: BPF_
 */
export const BPF_ST = 2;
/**
 * Class: store the index register in scratch memory.
 * @category Constants: BPF_
 */
export const BPF_STX = 3;
/**
 * Class: arithmetic on the accumulator.
 * @category Constants: BPF_
 */
export const BPF_ALU = 4;
/**
 * Class: jump.
 * @category Constants: BPF_
 */
export const BPF_JMP = 5;
/**
 * Class: return.
 * @category Constants: BPF_
 */
export const BPF_RET = 6;
/**
 * Class: copy between the registers.
 * @category Constants: BPF_
 */
export const BPF_MISC = 7;
/**
 * Size: a word of 32 bits.
 * @category Constants: BPF_
 */
export const BPF_W = 0;
/**
 * Size: a half word of 16 bits.
 * @category Constants: BPF_
 */
export const BPF_H = 8;
/**
 * Size: a byte.
 * @category Constants: BPF_
 */
export const BPF_B = 0x10;
/**
 * Mode: the operand itself.
 * @category Constants: BPF_
 */
export const BPF_IMM = 0;
/**
 * Mode: the packet's bytes at the operand's offset, in network byte order.
 * @category Constants: BPF_
 */
export const BPF_ABS = 0x20;
/**
 * Mode: the packet's bytes at the index register plus the operand, in network byte order.
 * @category Constants: BPF_
 */
export const BPF_IND = 0x40;
/**
 * Mode: scratch memory.
 * @category Constants: BPF_
 */
export const BPF_MEM = 0x60;
/**
 * Mode: the packet's length.
 * @category Constants: BPF_
 */
export const BPF_LEN = 0x80;
/**
 * Mode: four times the low 4 bits of a packet byte: the length of an IPv4 header in bytes.
 * @category Constants: BPF_
 */
export const BPF_MSH = 0xa0;
/**
 * Arithmetic: addition.
 * @category Constants: BPF_
 */
export const BPF_ADD = 0;
/**
 * Arithmetic: subtraction.
 * @category Constants: BPF_
 */
export const BPF_SUB = 0x10;
/**
 * Arithmetic: multiplication.
 * @category Constants: BPF_
 */
export const BPF_MUL = 0x20;
/**
 * Arithmetic: division.
 * @category Constants: BPF_
 */
export const BPF_DIV = 0x30;
/**
 * Arithmetic: or.
 * @category Constants: BPF_
 */
export const BPF_OR = 0x40;
/**
 * Arithmetic: and.
 * @category Constants: BPF_
 */
export const BPF_AND = 0x50;
/**
 * Arithmetic: shift to the left.
 * @category Constants: BPF_
 */
export const BPF_LSH = 0x60;
/**
 * Arithmetic: shift to the right.
 * @category Constants: BPF_
 */
export const BPF_RSH = 0x70;
/**
 * Arithmetic: negation.
 * @category Constants: BPF_
 */
export const BPF_NEG = 0x80;
/**
 * Arithmetic: remainder.
 * @category Constants: BPF_
 */
export const BPF_MOD = 0x90;
/**
 * Arithmetic: exclusive or.
 * @category Constants: BPF_
 */
export const BPF_XOR = 0xa0;
/**
 * Jump: always; the operand is the number of instructions to skip.
 * @category Constants: BPF_
 */
export const BPF_JA = 0;
/**
 * Jump: if equal.
 * @category Constants: BPF_
 */
export const BPF_JEQ = 0x10;
/**
 * Jump: if greater, unsigned.
 * @category Constants: BPF_
 */
export const BPF_JGT = 0x20;
/**
 * Jump: if greater or equal, unsigned.
 * @category Constants: BPF_
 */
export const BPF_JGE = 0x30;
/**
 * Jump: if the two have any bit in common.
 * @category Constants: BPF_
 */
export const BPF_JSET = 0x40;
/**
 * Source: the operand.
 * @category Constants: BPF_
 */
export const BPF_K = 0;
/**
 * Source: the index register.
 * @category Constants: BPF_
 */
export const BPF_X = 8;
/**
 * Source of `BPF_RET`: the accumulator.
 * @category Constants: BPF_
 */
export const BPF_A = 0x10;
/**
 * Copy the accumulator to the index register.
 * @category Constants: BPF_
 */
export const BPF_TAX = 0;
/**
 * Copy the index register to the accumulator.
 * @category Constants: BPF_
 */
export const BPF_TXA = 0x80;
/**
 * The largest number of instructions in a program.
 * @category Constants: BPF_
 */
export const BPF_MAXINSNS = 0x1000;
/**
 * The number of words of scratch memory.
 * @category Constants: BPF_
 */
export const BPF_MEMWORDS = 0x10;
/**
 * The base of the offsets that load what the kernel knows about the packet.
 * @category Constants: SKF_
 */
export const SKF_AD_OFF: number = -4096;
/**
 * Beyond `SKF_AD_OFF`: the EtherType.
 * @category Constants: SKF_
 */
export const SKF_AD_PROTOCOL = 0;
/**
 * Beyond `SKF_AD_OFF`: the packet type, such as `PACKET_OUTGOING`.
 * @category Constants: SKF_
 */
export const SKF_AD_PKTTYPE = 4;
/**
 * Beyond `SKF_AD_OFF`: the interface's index.
 * @category Constants: SKF_
 */
export const SKF_AD_IFINDEX = 8;
/**
 * Beyond `SKF_AD_OFF`: the offset of the netlink attribute whose type the index register has.
 * @category Constants: SKF_
 */
export const SKF_AD_NLATTR = 0xc;
/**
 * Beyond `SKF_AD_OFF`: the same for a netlink attribute nested in another.
 * @category Constants: SKF_
 */
export const SKF_AD_NLATTR_NEST = 0x10;
/**
 * Beyond `SKF_AD_OFF`: the packet's mark.
 * @category Constants: SKF_
 */
export const SKF_AD_MARK = 0x14;
/**
 * Beyond `SKF_AD_OFF`: the receive queue.
 * @category Constants: SKF_
 */
export const SKF_AD_QUEUE = 0x18;
/**
 * Beyond `SKF_AD_OFF`: the interface's hardware type (`ARPHRD_…`).
 * @category Constants: SKF_
 */
export const SKF_AD_HATYPE = 0x1c;
/**
 * Beyond `SKF_AD_OFF`: the packet's flow hash.
 * @category Constants: SKF_
 */
export const SKF_AD_RXHASH = 0x20;
/**
 * Beyond `SKF_AD_OFF`: the number of the CPU that handles the packet.
 * @category Constants: SKF_
 */
export const SKF_AD_CPU = 0x24;
/**
 * Beyond `SKF_AD_OFF`: the accumulator xor the index register.
 * @category Constants: SKF_
 */
export const SKF_AD_ALU_XOR_X = 0x28;
/**
 * Beyond `SKF_AD_OFF`: the VLAN tag.
 * @category Constants: SKF_
 */
export const SKF_AD_VLAN_TAG = 0x2c;
/**
 * Beyond `SKF_AD_OFF`: whether there is a VLAN tag.
 * @category Constants: SKF_
 */
export const SKF_AD_VLAN_TAG_PRESENT = 0x30;
/**
 * Beyond `SKF_AD_OFF`: where the payload begins.
 * @category Constants: SKF_
 */
export const SKF_AD_PAY_OFFSET = 0x34;
/**
 * Beyond `SKF_AD_OFF`: a random number.
 * @category Constants: SKF_
 */
export const SKF_AD_RANDOM = 0x38;
/**
 * Beyond `SKF_AD_OFF`: the VLAN protocol.
 * @category Constants: SKF_
 */
export const SKF_AD_VLAN_TPID = 0x3c;
/**
 * The limit of the offsets beyond `SKF_AD_OFF`.
 * @category Constants: SKF_
 */
export const SKF_AD_MAX = 0x40;
/**
 * The base of the offsets that load from the network header.
 * @category Constants: SKF_
 */
export const SKF_NET_OFF: number = -1048576;
/**
 * The base of the offsets that load from the link-layer header.
 * @category Constants: SKF_
 */
export const SKF_LL_OFF: number = -2097152;
