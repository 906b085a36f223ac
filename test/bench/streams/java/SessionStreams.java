import java.time.Duration;
import java.util.Properties;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.SessionWindows;
import org.apache.kafka.streams.kstream.WindowedSerdes;
import org.apache.kafka.streams.state.SessionStore;

/**
 * Counts events per customer and session window, as Kafka Streams' own operators do it: the other side of the
 * comparison. Arguments are settings, name=value: input, output, gap.ms, grace.ms, retention.ms, the rest is Streams'
 * own.
 *
 * <p>Updates are emitted as they happen (one per session and commit where the cache holds them), bounds in the key,
 * the count in the value, an empty value for a session that was merged away. Emitting on window close would lose the
 * last sessions of a replay: stream time stops with the last record.
 *
 * <p>Prints RUNNING when it has its partitions, and one line of figures when it is ended by SIGTERM.
 */
public final class SessionStreams {
  public static void main(String[] arguments) {
    Properties settings = new Properties();
    for (String argument : arguments) {
      int at = argument.indexOf('=');
      settings.setProperty(argument.substring(0, at), argument.substring(at + 1));
    }
    KafkaStreams streams = new KafkaStreams(topology(settings), settings);
    streams.setUncaughtExceptionHandler(
        error -> {
          error.printStackTrace();
          return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
        });
    streams.setStateListener(
        (now, before) -> {
          if (now == KafkaStreams.State.RUNNING) System.out.println("RUNNING");
          // Not System.exit: its shutdown hook would wait for this very thread.
          if (now == KafkaStreams.State.ERROR) Runtime.getRuntime().halt(1);
        });
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  System.out.println(figures(streams));
                  streams.close(Duration.ofSeconds(15));
                }));
    streams.start();
  }

  private static Topology topology(Properties settings) {
    Duration gap = Duration.ofMillis(Long.parseLong(settings.getProperty("gap.ms")));
    Duration grace = Duration.ofMillis(Long.parseLong(settings.getProperty("grace.ms")));
    Duration retention = Duration.ofMillis(Long.parseLong(settings.getProperty("retention.ms")));
    Serde<EnrichedEvent> events = EnrichedEvent.serde();
    StreamsBuilder builder = new StreamsBuilder();
    builder.stream(
            settings.getProperty("input"),
            Consumed.with(Serdes.String(), events).withTimestampExtractor(EnrichedEvent::timestamp))
        .filter((customer, event) -> event != null)
        .groupByKey(Grouped.with(Serdes.String(), events))
        .windowedBy(SessionWindows.ofInactivityGapAndGrace(gap, grace))
        .count(
            Materialized.<String, Long, SessionStore<Bytes, byte[]>>as("sessions")
                .withKeySerde(Serdes.String())
                .withValueSerde(Serdes.Long())
                .withRetention(retention))
        .toStream()
        .to(
            settings.getProperty("output"),
            Produced.with(WindowedSerdes.sessionWindowedSerdeFrom(String.class), Serdes.Long()));
    return builder.build(settings);
  }

  private static String figures(KafkaStreams streams) {
    return String.format(
        "{\"commits\":%.0f,\"processed\":%.0f,\"dropped\":%.0f}",
        total(streams, "stream-thread-metrics", "commit-total"),
        total(streams, "stream-thread-metrics", "process-total"),
        total(streams, "stream-task-metrics", "dropped-records-total"));
  }

  private static double total(KafkaStreams streams, String group, String name) {
    return streams.metrics().entrySet().stream()
        .filter(entry -> entry.getKey().group().equals(group) && entry.getKey().name().equals(name))
        .mapToDouble(entry -> ((Number) entry.getValue().metricValue()).doubleValue())
        .sum();
  }
}
