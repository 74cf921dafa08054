package main

import (
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	azqueue "github.com/Azure/azure-sdk-for-go/sdk/storage/azqueue/v2"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azqueue/v2/sas"
)

// holding is the client of somebody who has a token and nothing else.
func (queue scene) holding(token sas.QueryParameters) *azqueue.QueueClient {
	return must(azqueue.NewQueueClientWithNoCredential(endpoint+"/"+queue.name+"?"+token.Encode(), nil))
}

func (queue scene) token(terms sas.QueueSignatureValues) sas.QueryParameters {
	terms.QueueName = queue.name
	return must(terms.SignWithSharedKey(credential))
}

func accountToken(permissions sas.AccountPermissions, types sas.AccountResourceTypes) sas.QueryParameters {
	return must(sas.AccountSignatureValues{Permissions: permissions.String(), ResourceTypes: types.String(),
		ExpiryTime: inAnHour}.SignWithSharedKey(credential))
}

var sharedAccess = []test{
	{"a token to send sends and receives nothing", func() {
		queue := withQueue()
		sender := queue.holding(queue.token(sas.QueueSignatureValues{
			Permissions: (&sas.QueuePermissions{Add: true}).String(), ExpiryTime: inAnHour}))
		must(sender.EnqueueMessage(ctx, "hello", nil))
		refused[azqueue.DequeueMessagesResponse](403, "AuthorizationPermissionMismatch")(sender.DequeueMessage(ctx, nil))
	}},

	{"a token to process receives and deletes", func() {
		queue := withQueue()
		queue.send("hello")
		worker := queue.holding(queue.token(sas.QueueSignatureValues{
			Permissions: (&sas.QueuePermissions{Process: true}).String(), ExpiryTime: inAnHour}))
		received := must(worker.DequeueMessage(ctx, nil)).Messages[0]
		must(worker.DeleteMessage(ctx, *received.MessageID, *received.PopReceipt, nil))
		refused[azqueue.EnqueueMessagesResponse](403, "AuthorizationPermissionMismatch")(
			worker.EnqueueMessage(ctx, "hello", nil))
	}},

	{"a token by stored policy lives as long as the policy", func() {
		queue := withQueue()
		policy := azqueue.AccessPolicy{Permission: to.Ptr("a"), Start: &anHourAgo, Expiry: &inAnHour}
		must(queue.SetAccessPolicy(ctx, &azqueue.SetAccessPolicyOptions{
			QueueACL: []*azqueue.SignedIdentifier{{ID: to.Ptr("sender"), AccessPolicy: &policy}}}))
		sender := queue.holding(queue.token(sas.QueueSignatureValues{Identifier: "sender"}))
		must(sender.EnqueueMessage(ctx, "hello", nil))
		must(queue.SetAccessPolicy(ctx, &azqueue.SetAccessPolicyOptions{QueueACL: []*azqueue.SignedIdentifier{}}))
		refused[azqueue.EnqueueMessagesResponse](403, "AuthenticationFailed")(sender.EnqueueMessage(ctx, "hello", nil))
	}},

	{"a token that is over is refused", func() {
		queue := withQueue()
		late := queue.holding(queue.token(sas.QueueSignatureValues{
			Permissions: (&sas.QueuePermissions{Read: true}).String(), ExpiryTime: anHourAgo}))
		refused[azqueue.PeekMessagesResponse](403, "AuthenticationFailed")(late.PeekMessage(ctx, nil))
	}},

	{"an account token to send sends and receives nothing", func() {
		queue := withQueue()
		sender := queue.holding(accountToken(sas.AccountPermissions{Add: true}, sas.AccountResourceTypes{Object: true}))
		must(sender.EnqueueMessage(ctx, "hello", nil))
		refused[azqueue.DequeueMessagesResponse](403, "AuthorizationPermissionMismatch")(sender.DequeueMessage(ctx, nil))
	}},

	{"an account token reaches only its resource types", func() {
		queue := withQueue()
		token := accountToken(sas.AccountPermissions{Read: true, List: true}, sas.AccountResourceTypes{Service: true})
		reader := must(azqueue.NewServiceClientWithNoCredential(endpoint+"?"+token.Encode(), nil))
		pages := list(azqueue.ListQueuesOptions{Prefix: &queue.name}, reader)
		equal(*pages[0][0].Name, queue.name)
		refused[azqueue.PeekMessagesResponse](403, "AuthorizationResourceTypeMismatch")(
			queue.holding(token).PeekMessage(ctx, nil))
	}},

	{"the client's own address with a token asks for HTTPS, and is refused over HTTP", func() {
		queue := withQueue()
		address := must(queue.GetSASURL(sas.QueuePermissions{Read: true}, inAnHour, nil))
		equal(strings.HasPrefix(address, endpoint+"/"+queue.name+"?"), true)
		plain := must(azqueue.NewQueueClientWithNoCredential(address, nil))
		refused[azqueue.PeekMessagesResponse](403, "AuthorizationProtocolMismatch")(plain.PeekMessage(ctx, nil))
	}},
}
