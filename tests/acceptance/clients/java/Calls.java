import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;

/** Java's own client as it is: it asks for HTTP/2 with each request. Prints a line for each answer. */
class Calls {
    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static String url;

    public static void main(String[] arguments) throws Exception {
        url = arguments[0];
        var form = "action=create_snapshot&token=" + arguments[1] + "&id=12345&name=";
        send("/vm.php", BodyPublishers.ofString(form + "length"));
        send("/_emulator/accounts/demo/clock/advance", BodyPublishers.ofString("{\"until\": \"idle\"}"));
        send("/vm.php", inChunks(form + "chunks"));
        send("/_emulator/accounts/demo/clock/advance", inChunks("{\"until\": \"idle\"}"));
    }

    /** A body of unknown length, which goes in chunks. */
    private static BodyPublisher inChunks(String body) {
        return BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body.getBytes()));
    }

    private static void send(String path, BodyPublisher body) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(url + path))
            .header("Content-Type", "application/x-www-form-urlencoded").POST(body).build();
        var answer = CLIENT.send(request, BodyHandlers.ofString());
        System.out.println(answer.statusCode() + " " + answer.version() + " " + answer.body());
    }
}
