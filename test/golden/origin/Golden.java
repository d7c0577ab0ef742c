// Writes golden bytes of every message and on-disk record at every version with Apache Kafka's own serializers.
// Needs a JDK 17 and Kafka 4.3.1's jars:  java -cp "$KAFKA_ROOT/libs/*" Golden.java > ../../fixtures/golden/messages.jsonl
// One line each: {"table","version","bytes"(hex),"json"(Kafka's JsonConverter form)}. Values are made up, filled by reflection.
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.reflect.*;
import java.nio.ByteBuffer;
import java.util.*;
import java.util.jar.*;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.protocol.*;
import org.apache.kafka.common.protocol.types.*;
import org.apache.kafka.common.record.internal.*;

public class Golden {
  static int counter;

  public static void main(String[] args) throws Exception {
    ObjectMapper mapper = new ObjectMapper();
    List<String> names = new ArrayList<>();
    for (String path : System.getProperty("java.class.path").split(":")) {
      if (!path.matches(".*/(kafka-|connect)[^/]*\\.jar") && !path.matches(".*/kafka[^/]*\\.jar")) continue;
      try (JarFile jar = new JarFile(path)) {
        for (Enumeration<JarEntry> e = jar.entries(); e.hasMoreElements(); ) {
          String name = e.nextElement().getName();
          if (name.endsWith("JsonConverter.class") && !name.contains("$")) names.add(name.substring(0, name.length() - 6).replace('/', '.'));
        }
      }
    }
    Collections.sort(names);
    for (String converterName : names) {
      if (converterName.contains("Streams") && converterName.contains("internals")) continue;
      Class<?> type;
      try {
        type = Class.forName(converterName.replace("JsonConverter", ""));
      } catch (ClassNotFoundException e) {
        continue;
      }
      if (!Message.class.isAssignableFrom(type)) continue;
      short first = type.getField("LOWEST_SUPPORTED_VERSION").getShort(null);
      short last = type.getField("HIGHEST_SUPPORTED_VERSION").getShort(null);
      Schema[] schemas = (Schema[]) type.getField("SCHEMAS").get(null);
      Method write = null;
      for (Method m : Class.forName(converterName).getMethods())
        if (m.getName().equals("write") && m.getParameterCount() == 3) write = m;
      for (short version = first; version <= last; version++) {
        for (int fill = 0; fill < 2; fill++) {
          counter = 1;
          Message message = (Message) type.getDeclaredConstructor().newInstance();
          if (fill == 1) fill(message, schemas[version]);
          try {
            ByteBuffer bytes = MessageUtil.toByteBufferAccessor(message, version).buffer();
            byte[] raw = new byte[bytes.remaining()];
            bytes.get(raw);
            ObjectNode line = mapper.createObjectNode();
            line.put("table", type.getSimpleName().replaceAll("Data$", ""));
            line.put("version", version);
            line.put("bytes", HexFormat.of().formatHex(raw));
            line.set("json", (JsonNode) write.invoke(null, message, version, false));
            System.out.println(line);
          } catch (Exception e) {
            System.err.println(type.getSimpleName() + " v" + version + " fill " + fill + ": " + e + " " + e.getCause());
          }
        }
      }
    }
  }

  static void fill(Object message, Schema schema) throws Exception {
    for (BoundField bound : schema.fields()) {
      if (bound.def.type instanceof TaggedFields tagged) {
        for (org.apache.kafka.common.protocol.types.Field field : tagged.fields().values()) set(message, field.name, field.type);
      } else set(message, bound.def.name, bound.def.type);
    }
  }

  static void set(Object message, String snake, org.apache.kafka.common.protocol.types.Type type) throws Exception {
    StringBuilder camel = new StringBuilder();
    for (String part : snake.split("_")) camel.append(camel.isEmpty() ? part : Character.toUpperCase(part.charAt(0)) + part.substring(1));
    java.lang.reflect.Field target = null;
    for (java.lang.reflect.Field f : message.getClass().getDeclaredFields())
      if (f.getName().equalsIgnoreCase(camel.toString())) target = f;
    if (target == null) throw new IllegalStateException(message.getClass() + " has no " + snake);
    target.setAccessible(true);
    // Unsigned fields live in wider Java types: stay inside what the wire holds.
    if (type == org.apache.kafka.common.protocol.types.Type.UINT16) target.set(message, 40000 + counter++);
    else if (type == org.apache.kafka.common.protocol.types.Type.UNSIGNED_INT32) target.set(message, 3000000000L + counter++);
    else target.set(message, value(target.getGenericType(), schemaOf(type)));
  }

  static Schema schemaOf(org.apache.kafka.common.protocol.types.Type type) {
    if (type instanceof Schema schema) return schema;
    if (type instanceof NullableSchema nullable) {
      try {
        for (java.lang.reflect.Field f : NullableSchema.class.getDeclaredFields()) {
          f.setAccessible(true);
          if (f.get(nullable) instanceof Schema s) return s;
        }
      } catch (IllegalAccessException e) {
        throw new IllegalStateException(e);
      }
      return new Schema(Arrays.stream(((Schema) (Object) nullable).fields()).map(b -> b.def).toArray(org.apache.kafka.common.protocol.types.Field[]::new));
    }
    return type.arrayElementType().map(Golden::schemaOf).orElse(null);
  }

  static Object value(java.lang.reflect.Type generic, Schema schema) throws Exception {
    Class<?> raw = generic instanceof ParameterizedType p ? (Class<?>) p.getRawType() : (Class<?>) generic;
    int n = counter++;
    if (raw == boolean.class || raw == Boolean.class) return true;
    if (raw == byte.class || raw == Byte.class) return (byte) (n % 100);
    if (raw == short.class || raw == Short.class) return (short) (1000 + n);
    if (raw == int.class || raw == Integer.class) return n % 3 == 0 ? -7 - n : 100000 + n;
    if (raw == long.class || raw == Long.class) return n % 3 == 0 ? -5L - n : (1L << 40) + n;
    if (raw == double.class) return n + 0.5;
    if (raw == String.class) return "text-" + n + (n % 4 == 0 ? "-\u00e9\u4e16" : "");
    if (raw == Uuid.class) return new Uuid(n, -n);
    if (raw == byte[].class) return new byte[] {1, (byte) n, -1};
    if (raw == ByteBuffer.class) return ByteBuffer.wrap(new byte[] {2, (byte) n});
    if (BaseRecords.class.isAssignableFrom(raw)) return MemoryRecords.withRecords(0L, Compression.NONE, new SimpleRecord(1700000000000L, "k".getBytes(), "v".getBytes()));
    if (List.class.isAssignableFrom(raw)) {
      java.lang.reflect.Type element = ((ParameterizedType) generic).getActualTypeArguments()[0];
      return new ArrayList<>(List.of(value(element, schema), value(element, schema)));
    }
    if (ImplicitLinkedHashCollectionType(raw)) {
      java.lang.reflect.Type element = ((ParameterizedType) raw.getGenericSuperclass()).getActualTypeArguments()[0];
      @SuppressWarnings("unchecked") AbstractCollection<Object> all = (AbstractCollection<Object>) raw.getDeclaredConstructor().newInstance();
      all.add(value(element, schema));
      all.add(value(element, schema));
      return all;
    }
    Object struct = raw.getDeclaredConstructor().newInstance();
    fill(struct, schema);
    return struct;
  }

  static boolean ImplicitLinkedHashCollectionType(Class<?> raw) {
    return org.apache.kafka.common.utils.ImplicitLinkedHashMultiCollection.class.isAssignableFrom(raw);
  }
}
