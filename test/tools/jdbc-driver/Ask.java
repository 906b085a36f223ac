import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.Statement;
import java.sql.Types;
import java.util.Base64;
import java.util.Properties;

/**
 * Asks ClickHouse through JDBC as DBeaver and Metabase do. Each line of input is a statement in base64; each line of
 * output says how many rows it gave and the sum of each column of numbers (- for the others), or its error.
 */
public class Ask {
  public static void main(String[] arguments) throws Exception {
    Properties properties = new Properties();
    properties.setProperty("user", "viewer");
    try (Connection connection = DriverManager.getConnection(arguments[0], properties);
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      StringBuilder tables = new StringBuilder("tables");
      try (ResultSet found = connection.getMetaData().getTables(null, arguments[1], "%", null)) {
        while (found.next()) tables.append('\t').append(found.getString("TABLE_NAME"));
      }
      System.out.println(tables);
      for (String line = input.readLine(); line != null; line = input.readLine()) {
        System.out.println(ask(connection, new String(Base64.getDecoder().decode(line), StandardCharsets.UTF_8)));
      }
    }
  }

  private static String ask(Connection connection, String sql) {
    try (Statement statement = connection.createStatement(); ResultSet rows = statement.executeQuery(sql)) {
      ResultSetMetaData columns = rows.getMetaData();
      double[] sums = new double[columns.getColumnCount()];
      long count = 0;
      while (rows.next()) {
        count++;
        for (int column = 1; column <= sums.length; column++) {
          if (isNumber(columns.getColumnType(column))) sums[column - 1] += rows.getDouble(column);
          else rows.getObject(column);
        }
      }
      StringBuilder answer = new StringBuilder(Long.toString(count));
      for (int column = 1; column <= sums.length; column++) {
        answer.append('\t').append(isNumber(columns.getColumnType(column)) ? Double.toString(sums[column - 1]) : "-");
      }
      return answer.toString();
    } catch (Exception error) {
      return "error\t" + String.valueOf(error.getMessage()).replaceAll("\\s+", " ");
    }
  }

  private static boolean isNumber(int type) {
    return switch (type) {
      case Types.TINYINT, Types.SMALLINT, Types.INTEGER, Types.BIGINT, Types.NUMERIC, Types.DECIMAL, Types.FLOAT, Types.REAL, Types.DOUBLE -> true;
      default -> false;
    };
  }
}
