/**
 * The part of the script that is the same for every plan: checks of the sign-in, going on after a stop, drift, passwords. It
 * holds no value of any directory. Works in Windows PowerShell 5.1 and PowerShell 7 with Microsoft.Graph 2 and
 * ExchangeOnlineManagement 3. Clearing a property goes through Invoke-MgGraphRequest, since the typed cmdlets leave nulls out
 * (microsoftgraph/msgraph-sdk-powershell issue 2087).
 */
export const PRELUDE = String.raw`
Set-StrictMode -Version 1.0
$ErrorActionPreference = 'Stop'
$Caller = $PSCmdlet
$Step = 'Before the first step'
$Finished = @{}
$Created = @{}
$Members = @{}
$Declined = $false
$ExchangeChecked = $false
$Counts = @{ Written = 0; Already = 0; Declined = 0 }
if ($StateFile -eq '') { $StateFile = $PSCommandPath + '.state' }

function Stop-Script([string] $Reason) {
    throw ($script:Step + ': ' + $Reason + ' Stopped; nothing after this step was written. Run the script again to go on from here.')
}

# Each line of the state file: number of the step, object of Active Directory, object of Microsoft 365. No secrets.
function Read-State {
    if (-not (Test-Path -LiteralPath $StateFile)) { return }
    $lines = @(Get-Content -LiteralPath $StateFile -Encoding UTF8)
    if ($lines.Count -gt 0 -and $lines[0] -ne ('plan ' + $PlanId)) { Stop-Script ('The state file ' + $StateFile + ' belongs to another plan.') }
    foreach ($line in ($lines | Select-Object -Skip 1)) {
        $parts = $line.Split([char]9)
        if ($parts.Count -ne 3) { continue }
        if ($parts[0] -ne '0') { $script:Finished[[int]$parts[0]] = $true }
        if ($parts[1] -ne '' -and $parts[2] -ne '') { $script:Created[$parts[1]] = $parts[2] }
    }
}

function Write-State([int] $Number, [string] $Source, [string] $Id) {
    if (-not (Test-Path -LiteralPath $StateFile)) { Add-Content -LiteralPath $StateFile -Value ('plan ' + $PlanId) -Encoding UTF8 }
    Add-Content -LiteralPath $StateFile -Value ($Number.ToString() + [char]9 + $Source + [char]9 + $Id) -Encoding UTF8
}

function Assert-Graph {
    $context = Get-MgContext
    if ($null -eq $context) { Stop-Script ('Not signed in to Microsoft Graph. Run first: Connect-MgGraph -Environment ' + $CloudName + ' -TenantId ' + $TenantId + ' -Scopes User.ReadWrite.All, Group.ReadWrite.All') }
    if ($context.TenantId -ne $TenantId) { Stop-Script ('Signed in to tenant ' + $context.TenantId + ', but the plan was made for ' + $TenantId + '.') }
}

function Assert-Exchange {
    if ($script:ExchangeChecked) { return }
    $open = @(Get-ConnectionInformation | Where-Object { $_.State -eq 'Connected' })
    if ($open.Count -eq 0) { Stop-Script 'Not signed in to Exchange Online. Run first: Connect-ExchangeOnline' }
    foreach ($one in $open) { if ($one.TenantID -ne $TenantId) { Stop-Script ('Exchange Online is connected to tenant ' + $one.TenantID + ', but the plan was made for ' + $TenantId + '.') } }
    $script:ExchangeChecked = $true
}

function Invoke-Step([int] $Number, [string] $What, [string] $Name, [scriptblock] $Do) {
    if ($Finished.ContainsKey($Number)) { return }
    $script:Step = 'Step ' + $Number + ' (' + $What + ' "' + $Name + '")'
    $script:Declined = $false
    Write-Progress -Activity 'Applying the plan' -Status $script:Step -PercentComplete ([Math]::Min(100, 100 * $Number / [Math]::Max(1, $StepCount)))
    & $Do
    if (-not $script:Declined) { Write-State $Number '' '' }
}

# Asks -WhatIf and -Confirm. A step that was declined is asked about again next time.
function Confirm-Change([string] $Target, [string] $Action) {
    if ($Caller.ShouldProcess($Target, $Action)) { $script:Counts.Written++; return $true }
    $script:Declined = $true
    $script:Counts.Declined++
    return $false
}

function Write-Already([string] $Text) {
    $script:Counts.Already++
    Write-Verbose ($script:Step + ': ' + $Text)
}

# Id of an object that an earlier step created; nothing with -WhatIf, when it does not exist yet.
function Get-CreatedId([string] $Source, [string] $Name) {
    if ($Created.ContainsKey($Source)) { return $Created[$Source] }
    if ($WhatIfPreference) { return '' }
    Stop-Script ('"' + $Name + '" does not exist, because the step that creates it was not carried out.')
}

# True when an earlier run created the object and ended before the step did.
function Test-Created([string] $Source) { return $Source -ne '' -and $Created.ContainsKey($Source) }

function Set-CreatedId([string] $Source, [string] $Id) {
    if ($Source -eq '') { return }
    $script:Created[$Source] = $Id
    Write-State 0 $Source $Id
}

function ConvertTo-Texts($Value) {
    foreach ($one in @($Value)) {
        if ($null -eq $one) { continue }
        if ($one -is [bool]) { if ($one) { 'true' } else { 'false' } } elseif ([string]$one -ne '') { [string]$one }
    }
}

function Read-Property($Object, [string] $Path) {
    $value = $Object
    foreach ($part in $Path.Split('/')) { if ($null -ne $value) { $value = $value.$part } }
    ConvertTo-Texts $value
}

# Lists are compared without regard to their order.
function Get-Fingerprint($Values, [bool] $Exact) {
    $texts = [string[]]@($Values | Where-Object { $null -ne $_ } | ForEach-Object { if ($Exact) { [string]$_ } else { ([string]$_).ToLowerInvariant() } })
    [Array]::Sort($texts, [StringComparer]::Ordinal)
    return $texts.Count.ToString() + ':' + [string]::Join([string][char]0, $texts)
}

# True when the value is to be written, false when it is so already. Stops when it is neither what the plan saw nor what it wants.
function Test-Change($Now, [string] $Attribute, [bool] $Exact, $Before, $After) {
    $found = Get-Fingerprint $Now $Exact
    if ($found -ceq (Get-Fingerprint $After $Exact)) { return $false }
    if ($found -cne (Get-Fingerprint $Before $Exact)) { Stop-Script ($Attribute + ' was changed since the plan was made: it is "' + (@($Now) -join '; ') + '" and not "' + (@($Before) -join '; ') + '".') }
    return $true
}

function Assert-Free([string] $Collection, [string] $Filter) {
    $uri = '/v1.0/' + $Collection + '?$select=id&$filter=' + [uri]::EscapeDataString($Filter)
    $found = @((Invoke-MgGraphRequest -Method GET -Uri $uri).value)
    if ($found.Count -gt 0) { Stop-Script ('There is an object with ' + $Filter + ' in the tenant already: ' + $found[0].id + '. Make a new plan. If an earlier run of this script made it, add a line with 0, the objectGUID and this id, parted by tabs, to ' + $StateFile + '.') }
}

function Test-Present([string] $Collection, [string] $Id) {
    $uri = '/v1.0/' + $Collection + '?$select=id&$filter=' + [uri]::EscapeDataString('id eq ''' + $Id + '''')
    return @((Invoke-MgGraphRequest -Method GET -Uri $uri).value).Count -gt 0
}

# Twenty characters of every kind, from the cryptographic generator. Never written down; see -OnPassword.
function New-InitialPassword {
    $all = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789!#%*+-=?@_'
    $generator = [System.Security.Cryptography.RandomNumberGenerator]::Create()
    $byte = New-Object byte[] 1
    do {
        $text = ''
        while ($text.Length -lt 20) {
            $generator.GetBytes($byte)
            # Bytes that would make some characters likelier than others are left out.
            if ($byte[0] -lt (256 - (256 % $all.Length))) { $text += $all[$byte[0] % $all.Length] }
        }
    } until (($text -cmatch '[A-Z]') -and ($text -cmatch '[a-z]') -and ($text -cmatch '[0-9]') -and ($text -cmatch '[^A-Za-z0-9]'))
    $generator.Dispose()
    return $text
}

function Send-InitialPassword([string] $UserPrincipalName, [string] $Password) {
    if ($null -ne $OnPassword) { & $OnPassword $UserPrincipalName (ConvertTo-SecureString -String $Password -AsPlainText -Force) }
}

function Set-ManagerOnce([string] $User, [string] $Manager, [string] $Before) {
    if ($User -ne '') {
        $answer = Invoke-Patiently { Invoke-MgGraphRequest -Method GET -Uri ('/v1.0/users/' + $User + '?$select=id&$expand=manager($select=id)') }
        $now = ''
        if ($answer.ContainsKey('manager') -and $null -ne $answer['manager']) { $now = [string]$answer['manager']['id'] }
        if ($now -eq $Manager) { Write-Already 'the manager is so already'; return }
        if ($Before -ne '*' -and $now -ne $Before) { Stop-Script 'The manager was changed since the plan was made.' }
    }
    if ($Manager -eq '') { if (Confirm-Change $User 'Remove the manager') { Remove-MgUserManagerByRef -UserId $User } }
    elseif (Confirm-Change $User ('Set the manager ' + $Manager)) { Invoke-Patiently { Set-MgUserManagerByRef -UserId $User -BodyParameter @{ '@odata.id' = ($GraphHost + '/v1.0/directoryObjects/' + $Manager) } } }
}

# As Test-Change, for an attribute that names one recipient. Exchange shows a name, a plan has an address where it knows one: whoever has that address, also as a second one, is meant.
function Test-Recipient($Now, [string] $Attribute, [string] $Before, [string] $After) {
    $shown = [string](@(ConvertTo-Texts $Now) | Select-Object -First 1)
    $known = @($shown)
    if ($shown -ne '') {
        $found = @(Get-Recipient -Identity $shown -ErrorAction SilentlyContinue | Where-Object { $null -ne $_ })
        if ($found.Count -gt 1) { $found = @($found | Where-Object { $_.Name -eq $shown }) }
        foreach ($one in $found) { $known += @(@($one.PrimarySmtpAddress) + @($one.EmailAddresses) | ForEach-Object { [string]$_ -replace '^smtp:', '' } | Where-Object { $_ -ne '' }) }
    }
    if ($known -contains $After) { return $false }
    if ($known -notcontains $Before) { Stop-Script ($Attribute + ' was changed since the plan was made: it is "' + (@($known | Select-Object -First 2) -join ', ') + '" and not "' + $Before + '".') }
    return $true
}

# True when an address is still to be added or removed. Addresses that others have added stay; another primary one than the plan saw stops the script.
function Test-Addresses($Now, $Add, $Remove, [string] $PrimaryBefore, [string] $PrimaryAfter) {
    $present = @($Now | ForEach-Object { $_ -replace '^smtp:', '' })
    $primary = [string]($Now | Where-Object { $_ -clike 'SMTP:*' } | Select-Object -First 1)
    if ($primary -ne '') { $primary = $primary.Substring(5) }
    if ($PrimaryAfter -ne '' -and $PrimaryAfter -ne $PrimaryBefore -and $PrimaryBefore -ne '' -and $primary -ne $PrimaryBefore -and $primary -ne $PrimaryAfter) { Stop-Script ('The primary address was changed since the plan was made: it is "' + $primary + '".') }
    if ($PrimaryAfter -ne '' -and $PrimaryAfter -ne $PrimaryBefore -and $primary -ne $PrimaryAfter) { return $true }
    foreach ($one in $Add) { if ($present -notcontains ($one -replace '^smtp:', '')) { return $true } }
    foreach ($one in $Remove) { if ($present -contains ($one -replace '^smtp:', '')) { return $true } }
    return $false
}

# Licences that are assigned to the user directly; those of groups are not touched.
function Set-LicencesOnce([string] $User, $Before, $After, $Add, $Remove) {
    if ($User -ne '') {
        $now = Get-MgUser -UserId $User -Property 'id', 'licenseAssignmentStates'
        $present = @($now.LicenseAssignmentStates | Where-Object { $null -ne $_ -and -not $_.AssignedByGroup } | ForEach-Object { [string]$_.SkuId + ' ' + (@($_.DisabledPlans | Where-Object { $_ } | Sort-Object) -join ',') })
        if (-not (Test-Change $present 'The licences' $false $Before $After)) { Write-Already 'the licences are so already'; return }
    }
    if (Confirm-Change $User 'Set the licences') { Set-MgUserLicense -UserId $User -AddLicenses $Add -RemoveLicenses $Remove | Out-Null }
}

# What was created a moment ago is not known everywhere yet.
function Invoke-Patiently([scriptblock] $Do) {
    for ($try = 1; ; $try++) {
        try { & $Do; return } catch {
            if ($try -ge 6 -or $_.Exception.Message -notmatch 'NotFound|does not exist|could not be found|couldn.t be found') { throw }
            Start-Sleep -Seconds (2 * $try)
        }
    }
}

# The members of a group are read once.
function Read-GroupMembers([string] $Group) {
    if ($Members.ContainsKey($Group)) { return }
    $set = New-Object 'System.Collections.Generic.HashSet[string]' ([StringComparer]::OrdinalIgnoreCase)
    foreach ($one in @(Invoke-Patiently { Get-MgGroupMember -GroupId $Group -All -Property 'id' })) { if ($null -ne $one) { [void]$set.Add($one.Id) } }
    $script:Members[$Group] = $set
}

function Add-GroupMemberOnce([string] $Group, [string] $Member, [string] $Name) {
    if ($Group -ne '' -and $Member -ne '') {
        Read-GroupMembers $Group
        if ($Members[$Group].Contains($Member)) { Write-Already ('"' + $Name + '" is a member already'); return }
    }
    if (Confirm-Change $Group ('Add the member "' + $Name + '"')) { Invoke-Patiently { New-MgGroupMember -GroupId $Group -DirectoryObjectId $Member }; [void]$Members[$Group].Add($Member) }
}

# Microsoft.Graph.Groups 2.17 moved the parameter DirectoryObjectId to a cmdlet of another name; modules before it have the old one only.
function Remove-MemberReference([string] $Group, [string] $Member) {
    if ($null -ne (Get-Command -Name 'Remove-MgGroupMemberDirectoryObjectByRef' -ErrorAction SilentlyContinue)) { Remove-MgGroupMemberDirectoryObjectByRef -GroupId $Group -DirectoryObjectId $Member }
    else { Remove-MgGroupMemberByRef -GroupId $Group -DirectoryObjectId $Member }
}

function Remove-GroupMemberOnce([string] $Group, [string] $Member, [string] $Name) {
    Read-GroupMembers $Group
    if (-not $Members[$Group].Contains($Member)) { Write-Already ('"' + $Name + '" is no member any more'); return }
    if (Confirm-Change $Group ('Remove the member "' + $Name + '"')) { Remove-MemberReference $Group $Member; [void]$Members[$Group].Remove($Member) }
}

function Read-DistributionGroupMembers([string] $Group) {
    if ($Members.ContainsKey($Group)) { return }
    $set = New-Object 'System.Collections.Generic.HashSet[string]' ([StringComparer]::OrdinalIgnoreCase)
    foreach ($one in @(Invoke-Patiently { Get-DistributionGroupMember -Identity $Group -ResultSize Unlimited })) { if ($null -ne $one) { [void]$set.Add([string]$one.ExternalDirectoryObjectId) } }
    $script:Members[$Group] = $set
}

function Add-DistributionGroupMemberOnce([string] $Group, [string] $Member, [string] $Name) {
    if ($Group -ne '' -and $Member -ne '') {
        Read-DistributionGroupMembers $Group
        if ($Members[$Group].Contains($Member)) { Write-Already ('"' + $Name + '" is a member already'); return }
    }
    if (Confirm-Change $Group ('Add the member "' + $Name + '"')) { Invoke-Patiently { Add-DistributionGroupMember -Identity $Group -Member $Member -BypassSecurityGroupManagerCheck }; [void]$Members[$Group].Add($Member) }
}

function Remove-DistributionGroupMemberOnce([string] $Group, [string] $Member, [string] $Name) {
    Read-DistributionGroupMembers $Group
    if (-not $Members[$Group].Contains($Member)) { Write-Already ('"' + $Name + '" is no member any more'); return }
    if (Confirm-Change $Group ('Remove the member "' + $Name + '"')) { Remove-DistributionGroupMember -Identity $Group -Member $Member -BypassSecurityGroupManagerCheck -Confirm:$false; [void]$Members[$Group].Remove($Member) }
}

# True when the holder has the permission on the mailbox now.
function Test-MailboxPermission([string] $Mailbox, [string] $Permission, [string] $Holder) {
    if ($Permission -eq 'fullAccess') { return @(Get-MailboxPermission -Identity $Mailbox -User $Holder | Where-Object { $null -ne $_ -and -not $_.Deny -and ([string]$_.AccessRights) -match 'FullAccess' }).Count -gt 0 }
    if ($Permission -eq 'sendAs') { return @(Get-RecipientPermission -Identity $Mailbox -Trustee $Holder | Where-Object { $null -ne $_ -and ([string]$_.AccessRights) -match 'SendAs' }).Count -gt 0 }
    return @((Get-Mailbox -Identity $Mailbox).GrantSendOnBehalfTo | ForEach-Object { [string]$_ }) -contains [string](Get-Recipient -Identity $Holder).Name
}

function Add-PermissionOnce([string] $Mailbox, [string] $Permission, [string] $Holder, [string] $Name) {
    if (Test-MailboxPermission $Mailbox $Permission $Holder) { Write-Already ('"' + $Name + '" has ' + $Permission + ' already'); return }
    if (-not (Confirm-Change $Mailbox ('Give ' + $Permission + ' to "' + $Name + '"'))) { return }
    if ($Permission -eq 'fullAccess') { Add-MailboxPermission -Identity $Mailbox -User $Holder -AccessRights FullAccess -InheritanceType All -Confirm:$false | Out-Null }
    elseif ($Permission -eq 'sendAs') { Add-RecipientPermission -Identity $Mailbox -Trustee $Holder -AccessRights SendAs -Confirm:$false | Out-Null }
    else { Set-Mailbox -Identity $Mailbox -GrantSendOnBehalfTo @{ Add = $Holder } }
}

function Remove-PermissionOnce([string] $Mailbox, [string] $Permission, [string] $Holder, [string] $Name) {
    if (-not (Test-MailboxPermission $Mailbox $Permission $Holder)) { Write-Already ('"' + $Name + '" has ' + $Permission + ' no more'); return }
    if (-not (Confirm-Change $Mailbox ('Take ' + $Permission + ' from "' + $Name + '"'))) { return }
    if ($Permission -eq 'fullAccess') { Remove-MailboxPermission -Identity $Mailbox -User $Holder -AccessRights FullAccess -InheritanceType All -Confirm:$false }
    elseif ($Permission -eq 'sendAs') { Remove-RecipientPermission -Identity $Mailbox -Trustee $Holder -AccessRights SendAs -Confirm:$false }
    else { Set-Mailbox -Identity $Mailbox -GrantSendOnBehalfTo @{ Remove = $Holder } }
}

# Exchange shows a new object late.
function Find-Recipient([string] $Kind, [string] $Identity) {
    if ($Kind -eq 'contact') { return @(Get-MailContact -Identity $Identity -ErrorAction SilentlyContinue) }
    return @(Get-DistributionGroup -Identity $Identity -ErrorAction SilentlyContinue)
}

Assert-Graph
Read-State
`;

/** After the last step. */
export const EPILOGUE = String.raw`
Write-Progress -Activity 'Applying the plan' -Completed
Write-Output ('Written: ' + $Counts.Written + '. As wanted already: ' + $Counts.Already + '. Not carried out (-WhatIf, or declined): ' + $Counts.Declined + '.')
`;
