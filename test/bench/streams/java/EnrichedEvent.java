import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;

/**
 * The two fields of an enriched event that a count of sessions needs, decoded by hand: Confluent's frame of five bytes,
 * then event_id, event_type, occurred_at, received_at, observed_at (null or long), customer_id. What follows is not
 * looked at, and no field is checked: less work than any Avro library would do, in favour of this side.
 */
record EnrichedEvent(String customerId, long occurredAt) {
  private static final int FRAME_BYTES = 5;

  static Serde<EnrichedEvent> serde() {
    return Serdes.serdeFrom(
        (topic, event) -> {
          throw new UnsupportedOperationException("events are only read");
        },
        (topic, bytes) -> bytes == null ? null : decode(bytes));
  }

  /** Event time; heartbeats have no value and are dropped behind this: they keep the partition's time. */
  static long timestamp(ConsumerRecord<Object, Object> record, long partitionTime) {
    return record.value() instanceof EnrichedEvent event ? event.occurredAt() : Math.max(partitionTime, 0);
  }

  private static EnrichedEvent decode(byte[] bytes) {
    Cursor cursor = new Cursor(bytes, FRAME_BYTES);
    cursor.skipString();
    cursor.skipString();
    long occurredAt = cursor.readLong();
    cursor.readLong();
    if (cursor.readLong() == 1) cursor.readLong();
    return new EnrichedEvent(cursor.readString(), occurredAt);
  }

  /** Avro's binary encoding, as far as it is needed. */
  private static final class Cursor {
    private final byte[] bytes;
    private int at;

    Cursor(byte[] bytes, int at) {
      this.bytes = bytes;
      this.at = at;
    }

    long readLong() {
      long value = 0;
      for (int shift = 0; ; shift += 7) {
        byte next = bytes[at++];
        value |= (long) (next & 0x7f) << shift;
        if (next >= 0) return (value >>> 1) ^ -(value & 1);
      }
    }

    void skipString() {
      int length = (int) readLong();
      at += length;
    }

    String readString() {
      int length = (int) readLong();
      at += length;
      return new String(bytes, at - length, length, StandardCharsets.UTF_8);
    }
  }
}
