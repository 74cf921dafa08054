// The story of a queue, told with azqueue.
package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	azqueue "github.com/Azure/azure-sdk-for-go/sdk/storage/azqueue/v2"
)

const (
	account = "devstoreaccount1"
	key     = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
)

var (
	ctx        = context.Background()
	endpoint   = os.Getenv("QUPRITE_SDK_ENDPOINT") + "/" + account
	connection = fmt.Sprintf("DefaultEndpointsProtocol=http;AccountName=%s;AccountKey=%s;QueueEndpoint=%s;",
		account, key, endpoint)
	credential = must(azqueue.NewSharedKeyCredential(account, key))
	service    = must(azqueue.NewServiceClientFromConnectionString(connection, nil))

	anHourAgo = time.Now().UTC().Add(-time.Hour)
	inAnHour  = time.Now().UTC().Add(time.Hour).Truncate(time.Second)
)

// A scene is the queue of one test, which no other test uses.
type scene struct {
	*azqueue.QueueClient
	name string
}

var scenes = 0

func newScene() scene {
	scenes++
	name := fmt.Sprintf("%s-go-%d", os.Getenv("QUPRITE_SDK_RUN"), scenes)
	return scene{must(azqueue.NewQueueClientFromConnectionString(connection, name, nil)), name}
}

// withQueue is a scene whose queue exists.
func withQueue() scene {
	queue := newScene()
	must(queue.Create(ctx, nil))
	return queue
}

func metadata(pairs ...string) map[string]*string {
	made := map[string]*string{}
	for i := 0; i < len(pairs); i += 2 {
		made[pairs[i]] = to.Ptr(pairs[i+1])
	}
	return made
}

// named reads metadata in lower case, as Go's net/http capitalizes the names of headers.
func named(read map[string]*string) map[string]string {
	names := map[string]string{}
	for name, value := range read {
		names[strings.ToLower(name)] = *value
	}
	return names
}

func list(options azqueue.ListQueuesOptions, from *azqueue.ServiceClient) (pages [][]*azqueue.Queue) {
	for pager := from.NewListQueuesPager(&options); pager.More(); {
		pages = append(pages, must(pager.NextPage(ctx)).Queues)
	}
	return pages
}

func (queue scene) send(text string) *azqueue.EnqueuedMessage {
	return must(queue.EnqueueMessage(ctx, text, nil)).Messages[0]
}

func (queue scene) sendWith(text string, options azqueue.EnqueueMessageOptions) *azqueue.EnqueuedMessage {
	return must(queue.EnqueueMessage(ctx, text, &options)).Messages[0]
}

func (queue scene) receive(count, visibility int32) []*azqueue.DequeuedMessage {
	return must(queue.DequeueMessages(ctx, &azqueue.DequeueMessagesOptions{
		NumberOfMessages: &count, VisibilityTimeout: &visibility})).Messages
}

func (queue scene) peekTexts() []string {
	texts := []string{}
	for _, message := range must(queue.PeekMessages(ctx, &azqueue.PeekMessagesOptions{
		NumberOfMessages: to.Ptr[int32](32)})).Messages {
		texts = append(texts, text(message.MessageText))
	}
	return texts
}

func (queue scene) count() int64 {
	return *must(queue.GetProperties(ctx, nil)).ApproximateMessagesCount
}

// text reads an empty element, which this client gives as none.
func text(read *string) string {
	if read == nil {
		return ""
	}
	return *read
}

func texts(messages []*azqueue.DequeuedMessage) []string {
	read := []string{}
	for _, message := range messages {
		read = append(read, text(message.MessageText))
	}
	return read
}

var queues = []test{
	{"creating a queue again changes nothing", func() {
		queue := newScene()
		must(queue.Create(ctx, nil))
		must(queue.Create(ctx, nil))
	}},

	{"creating a queue with other metadata is refused", func() {
		queue := newScene()
		must(queue.Create(ctx, &azqueue.CreateOptions{Metadata: metadata("colour", "green")}))
		must(queue.Create(ctx, &azqueue.CreateOptions{Metadata: metadata("colour", "green")}))
		refuse := refused[azqueue.CreateResponse](409, "QueueAlreadyExists")
		refuse(queue.Create(ctx, &azqueue.CreateOptions{Metadata: metadata("colour", "blue")}))
		refuse(queue.Create(ctx, nil))
	}},

	{"queues are listed by prefix with their metadata", func() {
		queue := newScene()
		must(queue.Create(ctx, &azqueue.CreateOptions{Metadata: metadata("colour", "green")}))
		include := azqueue.ListQueuesInclude{Metadata: true}
		pages := list(azqueue.ListQueuesOptions{Prefix: &queue.name, Include: include}, service)
		equal(len(pages), 1)
		equal(len(pages[0]), 1)
		equal(*pages[0][0].Name, queue.name)
		equal(named(pages[0][0].Metadata), map[string]string{"colour": "green"})
		equal(len(list(azqueue.ListQueuesOptions{Prefix: to.Ptr(queue.name + "x")}, service)[0]), 0)
	}},

	{"a list of queues comes in pages and in order", func() {
		prefix := newScene().name
		for _, last := range []string{"zeta", "alpha", "mid", "beta", "eta"} {
			must(service.CreateQueue(ctx, prefix+"-"+last, nil))
		}
		read := [][]string{}
		for _, page := range list(azqueue.ListQueuesOptions{Prefix: &prefix, MaxResults: to.Ptr[int32](2)}, service) {
			names := []string{}
			for _, queue := range page {
				names = append(names, strings.TrimPrefix(*queue.Name, prefix+"-"))
			}
			read = append(read, names)
		}
		equal(read, [][]string{{"alpha", "beta"}, {"eta", "mid"}, {"zeta"}})
	}},

	{"metadata is set, read and taken away", func() {
		queue := withQueue()
		must(queue.SetMetadata(ctx, &azqueue.SetMetadataOptions{Metadata: metadata("colour", "green", "size", "a b")}))
		equal(named(must(queue.GetProperties(ctx, nil)).Metadata), map[string]string{"colour": "green", "size": "a b"})
		must(queue.SetMetadata(ctx, nil))
		equal(len(must(queue.GetProperties(ctx, nil)).Metadata), 0)
	}},

	{"stored access policies are set, read and taken away", func() {
		queue := withQueue()
		policy := azqueue.AccessPolicy{Permission: to.Ptr("rp"), Start: &anHourAgo, Expiry: &inAnHour}
		must(queue.SetAccessPolicy(ctx, &azqueue.SetAccessPolicyOptions{
			QueueACL: []*azqueue.SignedIdentifier{{ID: to.Ptr("worker"), AccessPolicy: &policy}}}))
		read := must(queue.GetAccessPolicy(ctx, nil)).SignedIdentifiers
		equal(len(read), 1)
		equal(*read[0].ID, "worker")
		equal(*read[0].AccessPolicy.Permission, "rp")
		equal(read[0].AccessPolicy.Expiry.Equal(inAnHour), true)
		must(queue.SetAccessPolicy(ctx, &azqueue.SetAccessPolicyOptions{QueueACL: []*azqueue.SignedIdentifier{}}))
		equal(len(must(queue.GetAccessPolicy(ctx, nil)).SignedIdentifiers), 0)
	}},

	{"a deleted queue is gone", func() {
		queue := withQueue()
		must(queue.Delete(ctx, nil))
		refused[azqueue.DeleteResponse](404, "QueueNotFound")(queue.Delete(ctx, nil))
		equal(len(list(azqueue.ListQueuesOptions{Prefix: &queue.name}, service)[0]), 0)
	}},

	{"a missing queue is named as such by every operation", func() {
		queue := newScene()
		refused[azqueue.GetQueuePropertiesResponse](404, "QueueNotFound")(queue.GetProperties(ctx, nil))
		refused[azqueue.SetMetadataResponse](404, "QueueNotFound")(queue.SetMetadata(ctx, nil))
		refused[azqueue.GetAccessPolicyResponse](404, "QueueNotFound")(queue.GetAccessPolicy(ctx, nil))
		refused[azqueue.EnqueueMessagesResponse](404, "QueueNotFound")(queue.EnqueueMessage(ctx, "hello", nil))
		refused[azqueue.DequeueMessagesResponse](404, "QueueNotFound")(queue.DequeueMessage(ctx, nil))
		refused[azqueue.PeekMessagesResponse](404, "QueueNotFound")(queue.PeekMessage(ctx, nil))
		refused[azqueue.ClearMessagesResponse](404, "QueueNotFound")(queue.ClearMessages(ctx, nil))
	}},

	{"a bad name is refused", func() {
		refused[azqueue.CreateResponse](400, "InvalidResourceName")(service.CreateQueue(ctx, "No-Capitals", nil))
		refused[azqueue.CreateResponse](400, "OutOfRangeInput")(service.CreateQueue(ctx, "ab", nil))
	}},
}

var theService = []test{
	{"service properties are set and read", func() {
		kept := &azqueue.RetentionPolicy{Enabled: to.Ptr(true), Days: to.Ptr[int32](5)}
		unkept := &azqueue.RetentionPolicy{Enabled: to.Ptr(false)}
		off := &azqueue.Metrics{Version: to.Ptr("1.0"), Enabled: to.Ptr(false), RetentionPolicy: unkept}
		logging := func(on bool, retention *azqueue.RetentionPolicy) *azqueue.Logging {
			return &azqueue.Logging{Version: to.Ptr("1.0"), Read: &on, Write: &on, Delete: to.Ptr(false),
				RetentionPolicy: retention}
		}
		rule := azqueue.CORSRule{AllowedOrigins: to.Ptr("http://example.test"), AllowedMethods: to.Ptr("GET,PUT"),
			AllowedHeaders: to.Ptr("x-ms-meta-*"), ExposedHeaders: to.Ptr("*"), MaxAgeInSeconds: to.Ptr[int32](60)}
		must(service.SetProperties(ctx, &azqueue.SetPropertiesOptions{
			Logging: logging(true, kept), MinuteMetrics: off, CORS: []*azqueue.CORSRule{&rule},
			HourMetrics: &azqueue.Metrics{Version: to.Ptr("1.0"), Enabled: to.Ptr(true), IncludeAPIs: to.Ptr(true),
				RetentionPolicy: kept}}))
		defer service.SetProperties(ctx, &azqueue.SetPropertiesOptions{
			Logging: logging(false, unkept), HourMetrics: off, MinuteMetrics: off, CORS: []*azqueue.CORSRule{}})
		read := must(service.GetServiceProperties(ctx, nil))
		equal(read.Logging, logging(true, kept))
		equal(*read.HourMetrics.IncludeAPIs, true)
		equal(read.HourMetrics.RetentionPolicy, kept)
		equal(*read.MinuteMetrics.Enabled, false)
		equal(len(read.CORS), 1)
		equal(*read.CORS[0], rule)
	}},

	{"statistics are read from the secondary", func() {
		secondary := must(azqueue.NewServiceClientWithSharedKeyCredential(endpoint+"-secondary", credential, nil))
		replication := must(secondary.GetStatistics(ctx, nil)).GeoReplication
		equal(*replication.Status, azqueue.GeoReplicationStatusLive)
		equal(time.Since(*replication.LastSyncTime).Abs() < time.Hour, true)
	}},

	{"a wrong key is refused", func() {
		wrong := must(azqueue.NewSharedKeyCredential(account, "bm90IHRoZSBrZXk="))
		stranger := must(azqueue.NewServiceClientWithSharedKeyCredential(endpoint, wrong, nil))
		refused[azqueue.GetServicePropertiesResponse](403, "AuthenticationFailed")(
			stranger.GetServiceProperties(ctx, nil))
	}},
}

func main() {
	var tests []test
	for _, part := range [][]test{queues, theService, messages, sharedAccess} {
		tests = append(tests, part...)
	}
	withoutSas := map[string]bool{}
	if os.Getenv("QUPRITE_SDK_SAS") == "0" {
		for _, each := range sharedAccess {
			withoutSas[each.sentence] = true
		}
	}
	tell(tests, func(each test) string {
		if withoutSas[each.sentence] {
			return "QUPRITE_SDK_SAS=0 leaves out shared access signatures"
		}
		return ""
	})
}
