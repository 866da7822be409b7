/**
 * The description of the virtual machine for VMware (OVF 1.1, DMTF DSP0243): UEFI with Secure Boot,
 * a paravirtual disk controller, one network card.
 */

export interface VirtualAppliance {
  readonly version: string;
  readonly diskFile: string;
  readonly diskFileBytes: number;
  readonly capacityBytes: number;
}

const processors = 2;
const memoryMib = 1_024;

function item(fields: Readonly<Record<string, string | number>>): string {
  const lines = Object.entries(fields)
    .map(([name, value]) => `        <rasd:${name}>${value}</rasd:${name}>`);
  return `      <Item>\n${lines.join("\n")}\n      </Item>`;
}

/** The elements of an item stand in alphabetical order, as the schema of RASD wants. */
const items = [
  item({ AllocationUnits: "hertz * 10^6", ElementName: `${processors} processors`, InstanceID: 1,
    ResourceType: 3, VirtualQuantity: processors }),
  item({ AllocationUnits: "byte * 2^20", ElementName: `${memoryMib} MB`, InstanceID: 2,
    ResourceType: 4, VirtualQuantity: memoryMib }),
  item({ Address: 0, ElementName: "SCSI controller", InstanceID: 3,
    ResourceSubType: "VirtualSCSI", ResourceType: 6 }),
  item({ AddressOnParent: 0, ElementName: "Disk", HostResource: "ovf:/disk/disk1", InstanceID: 4,
    Parent: 3, ResourceType: 17 }),
  item({ AddressOnParent: 7, AutomaticAllocation: "true", Connection: "LAN",
    ElementName: "Network card", InstanceID: 5, ResourceSubType: "VmxNet3", ResourceType: 10 }),
].join("\n");

export function ovf({ version, diskFile, diskFileBytes, capacityBytes }: VirtualAppliance): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<Envelope xmlns="http://schemas.dmtf.org/ovf/envelope/1"
  xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1"
  xmlns:rasd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_ResourceAllocationSettingData"
  xmlns:vssd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_VirtualSystemSettingData"
  xmlns:vmw="http://www.vmware.com/schema/ovf">
  <References>
    <File ovf:href="${diskFile}" ovf:id="file1" ovf:size="${diskFileBytes}"/>
  </References>
  <DiskSection>
    <Info>Disks</Info>
    <Disk ovf:capacity="${capacityBytes}" ovf:diskId="disk1" ovf:fileRef="file1"
      ovf:format="http://www.vmware.com/interfaces/specifications/vmdk.html#streamOptimized"/>
  </DiskSection>
  <NetworkSection>
    <Info>Networks</Info>
    <Network ovf:name="LAN"><Description>The network of the applications</Description></Network>
  </NetworkSection>
  <VirtualSystem ovf:id="jackfield">
    <Info>Jackfield CTI gateway</Info>
    <Name>Jackfield ${version}</Name>
    <OperatingSystemSection ovf:id="96" vmw:osType="debian12_64Guest">
      <Info>Operating system</Info>
    </OperatingSystemSection>
    <ProductSection>
      <Info>Product</Info>
      <Product>Jackfield</Product>
      <Version>${version}</Version>
    </ProductSection>
    <VirtualHardwareSection>
      <Info>Hardware</Info>
      <System>
        <vssd:ElementName>Jackfield</vssd:ElementName>
        <vssd:InstanceID>0</vssd:InstanceID>
        <vssd:VirtualSystemType>vmx-15</vssd:VirtualSystemType>
      </System>
${items}
      <vmw:Config ovf:required="false" vmw:key="firmware" vmw:value="efi"/>
      <vmw:Config ovf:required="false" vmw:key="bootOptions.efiSecureBootEnabled"
        vmw:value="false"/>
    </VirtualHardwareSection>
  </VirtualSystem>
</Envelope>
`;
}

/** The manifest of an OVA: a digest a file. */
export function manifest(digests: readonly (readonly [file: string, sha256: string])[]): string {
  return digests.map(([file, sha256]) => `SHA256(${file})= ${sha256}\n`).join("");
}
