module speaks-as-the-terraform-provider

go 1.19
