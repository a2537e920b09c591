using System.Buffers.Binary;
using System.Text;

namespace Gateway.IntegrationTests.Support.Otlp;

/// <summary>A message in protobuf's wire format, read by the numbers of its fields.</summary>
internal sealed class ProtobufMessage
{
    private readonly List<(int Number, ulong Scalar, ReadOnlyMemory<byte> Bytes)> _fields = [];

    public static ProtobufMessage Parse(ReadOnlyMemory<byte> bytes)
    {
        var message = new ProtobufMessage();
        while (bytes.Length > 0)
        {
            var key = ReadVarint(ref bytes);
            message._fields.Add(((int)(key >> 3), 0, default));
            message._fields[^1] = (key & 7) switch
            {
                0 => message._fields[^1] with { Scalar = ReadVarint(ref bytes) },
                1 => message._fields[^1] with { Scalar = BinaryPrimitives.ReadUInt64LittleEndian(Take(ref bytes, 8).Span) },
                2 => message._fields[^1] with { Bytes = Take(ref bytes, (int)ReadVarint(ref bytes)) },
                5 => message._fields[^1] with { Scalar = BinaryPrimitives.ReadUInt32LittleEndian(Take(ref bytes, 4).Span) },
                var type => throw new InvalidDataException($"Wire type {type} is none of OTLP's."),
            };
        }
        return message;
    }

    public bool Has(int number) => _fields.Exists(field => field.Number == number);

    public ulong Scalar(int number) => _fields.FindLast(field => field.Number == number).Scalar;

    public ReadOnlyMemory<byte> Bytes(int number) => _fields.FindLast(field => field.Number == number).Bytes;

    public string Hex(int number) => Convert.ToHexStringLower(Bytes(number).Span);

    public string Text(int number) => Encoding.UTF8.GetString(Bytes(number).Span);

    public ProtobufMessage Message(int number) => Parse(Bytes(number));

    public IEnumerable<ProtobufMessage> Messages(int number) => _fields.Where(field => field.Number == number).Select(field => Parse(field.Bytes));

    private static ReadOnlyMemory<byte> Take(ref ReadOnlyMemory<byte> bytes, int count)
    {
        var taken = bytes[..count];
        bytes = bytes[count..];
        return taken;
    }

    private static ulong ReadVarint(ref ReadOnlyMemory<byte> bytes)
    {
        ulong value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var one = Take(ref bytes, 1).Span[0];
            value |= (ulong)(one & 0x7f) << shift;
            if (one < 0x80)
                return value;
        }
    }
}
